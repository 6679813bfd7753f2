"""Settings of a worker, read from its environment; the token names the host.

A worker gets far fewer settings than the API, and never APP_SECRET.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zerobyte.core import worker_tokens
from zerobyte.core.errors import ZerobyteError
from zerobyte.settings import Settings

INTERRUPT_S = 35.0
"""How long restic may take to end after SIGINT, including SIGTERM and SIGKILL."""


class WorkerSettingsError(ZerobyteError):
    """The environment of a worker is wrong; the message names the variable."""


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """Settings of this worker.

    host            the host whose jobs the worker takes; part of the token.
    drain_grace_s   how long a shutdown waits before it interrupts running jobs.
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
    repository_concurrency: int
    drain_grace_s: float
    interrupt_s: float
    log_level: str

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "WorkerSettings":
        """Read the environment.

        Raises
            WorkerSettingsError     the token is missing or malformed.
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
            # One slot is left for other repositories.
            repository_concurrency=(
                common.repository_concurrency or max(common.worker_concurrency - 1, 1)
            ),
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
    """Return the host in a token; only the API can verify the token."""
    try:
        return worker_tokens.host_of(token)
    except ValueError:
        raise WorkerSettingsError(
            "ZEROBYTE_WORKER_TOKEN is not a worker's token, or one of an earlier version. "
            "Issue a new one with `zerobyte worker-token HOST` where the API runs."
        ) from None
