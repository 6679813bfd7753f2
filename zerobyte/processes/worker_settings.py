"""What a worker needs to know, read from its environment: far less than the API.

Owns the reading of the token, which names the host by itself. Refuses to look for APP_SECRET.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zerobyte.core import worker_tokens
from zerobyte.core.errors import ZerobyteError
from zerobyte.settings import Settings

INTERRUPT_S = 35.0
"""How long restic may take to end after SIGINT, with all its escalation."""


class WorkerSettingsError(ZerobyteError):
    """A worker cannot start like this; the message names the variable."""


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """How this worker runs.

    host            whose jobs it takes; the token says so.
    drain_grace_s   how long a stop waits for running work before it is interrupted.
    """

    host: str
    token: str = field(repr=False)
    api_url: str
    prefect_url: str
    prefect_auth: str | None = field(repr=False)
    cache_dir: Path
    cache_max_bytes: int
    min_free_bytes: int
    min_free_percent: int
    run_dir: Path
    restic_command: str
    rclone_config_dir: Path
    progress_fps: float
    memory_limits: tuple[tuple[str, int], ...]
    allowed_origins: tuple[str, ...]
    webhook_timeout_s: float
    concurrency: int
    drain_grace_s: float
    interrupt_s: float
    log_level: str

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "WorkerSettings":
        """Read the environment.

        Raises
            WorkerSettingsError     the token is missing or is none.
            SettingsError           another variable is wrong.
        """
        common = Settings.load(environ, keep_secrets=False)
        token = _token(environ)
        return cls(
            host=_host(token),
            token=token,
            api_url=common.api_url,
            prefect_url=common.prefect_url,
            prefect_auth=common.prefect_auth or None,
            cache_dir=common.cache_dir,
            cache_max_bytes=common.cache_max_bytes,
            min_free_bytes=common.min_free_bytes,
            min_free_percent=common.min_free_percent,
            run_dir=common.run_dir,
            restic_command=common.restic_command,
            rclone_config_dir=common.rclone_config_dir,
            progress_fps=common.restic_progress_fps,
            memory_limits=common.memory_limits,
            allowed_origins=common.webhook_allowed_origins,
            webhook_timeout_s=common.webhook_timeout_s,
            concurrency=common.worker_concurrency,
            drain_grace_s=common.drain_grace_s,
            interrupt_s=INTERRUPT_S,
            log_level=common.log_level,
        )


def _token(environ: Mapping[str, str]) -> str:
    token, file = environ.get("ZEROBYTE_WORKER_TOKEN"), environ.get("ZEROBYTE_WORKER_TOKEN_FILE")
    if file and not token:
        try:
            token = Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise WorkerSettingsError("ZEROBYTE_WORKER_TOKEN_FILE cannot be read.") from None
    if not token:
        raise WorkerSettingsError(
            "ZEROBYTE_WORKER_TOKEN is not set. Print one for this host with "
            "`zerobyte worker-token HOST` where the API runs."
        )
    return token


def _host(token: str) -> str:
    """The host that a token names; whether it is genuine only the API can tell."""
    try:
        return worker_tokens.host_of(token)
    except ValueError:
        raise WorkerSettingsError(
            "ZEROBYTE_WORKER_TOKEN is not a worker's token, or one of an earlier version. "
            "Issue a new one with `zerobyte worker-token HOST` where the API runs."
        ) from None
