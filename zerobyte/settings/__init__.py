"""Every environment variable, with its default, unit, rule and description."""

# ruff: noqa: RUF009 — the calls describe fields; they make no shared default

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerobyte.core import urls
from zerobyte.core.log import get_logger
from zerobyte.settings import parsers, secrets
from zerobyte.settings.variables import SettingsError, Variable, markdown_table, optional, set_by

__all__ = ["Settings", "SettingsError"]

_log = get_logger(__name__)
# An empty one of these holds nothing, and is not absent.
_LISTS = (parsers.origins, parsers.readable_origins, parsers.memory)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How this installation runs. Made by `load`, handed down by the composition root."""

    data_dir: Path = set_by(
        "ZEROBYTE_DATA_DIR",
        "/var/lib/zerobyte",
        parsers.path,
        "Holds everything that must survive; when the default cannot be written, "
        "`zerobyte` in the user's data directory.",
        unit="directory",
    )
    host: str = set_by("SERVER_IP", "0.0.0.0", parsers.text, "Address the API listens on.")  # noqa: S104 — a server is meant to be reached
    port: int = set_by("PORT", "4096", parsers.port, "Port the API listens on.", unit="TCP port")
    prefect_port: int = set_by(
        "PREFECT_PORT",
        "4200",
        parsers.port,
        "Port of the Prefect server that we start.",
        unit="TCP port",
    )
    base_url: str = set_by(
        "BASE_URL",
        "http://localhost:{port}",
        parsers.root_url,
        "Where people reach the API, without path; https secures cookies. Always trusted.",
        unit="URL",
    )
    trusted_origins: tuple[str, ...] = set_by(
        "TRUSTED_ORIGINS",
        "",
        parsers.readable_origins,
        "Further origins that may call the API from a browser; one that cannot be read is warned "
        "of and ignored.",
        unit="comma list",
    )
    trust_proxy: bool = set_by(
        "TRUST_PROXY",
        "false",
        parsers.boolean,
        "Take the last address of X-Forwarded-For for the client's. Only behind a proxy of your "
        "own, which writes it.",
        unit="boolean",
    )
    disable_rate_limiting: bool = set_by(
        "DISABLE_RATE_LIMITING", "false", parsers.boolean, "Count no requests.", unit="boolean"
    )
    max_connections: int = set_by(
        "MAX_CONNECTIONS", "1000", parsers.whole(16, 60_000), "Open connections in all."
    )
    max_client_connections: int = set_by(
        "MAX_CONNECTIONS_PER_CLIENT",
        "100",
        parsers.whole(4, 60_000),
        "Open connections of one address (IPv6: its /64); not counted with TRUST_PROXY.",
    )
    enable_dev_panel: bool = set_by(
        "ENABLE_DEV_PANEL",
        "false",
        parsers.boolean,
        "Let organization admins run restic commands of their own.",
        unit="boolean",
    )
    log_level: str = set_by("LOG_LEVEL", "info", parsers.level, "debug, info, warn or error.")
    tz: str = set_by("TZ", "UTC", parsers.zone, "Time zone of schedules.", unit="IANA zone")
    app_version: str = set_by("APP_VERSION", "dev", parsers.text, "Version that the API tells.")
    database_url: str = set_by(
        "ZEROBYTE_DATABASE_URL",
        "{data_dir}/data/zerobyte.db",
        parsers.database,
        "A path, `sqlite:///path`, or `postgres://user:password@host/name`.",
        unit="path or URL",
        secret=True,
    )
    repositories_dir: Path = set_by(
        "ZEROBYTE_REPOSITORIES_DIR",
        "{data_dir}/repositories",
        parsers.path,
        "Where local repositories are made.",
        unit="directory",
    )
    volumes_dir: Path = set_by(
        "ZEROBYTE_VOLUMES_DIR",
        "{data_dir}/volumes",
        parsers.path,
        "Where volumes are mounted.",
        unit="directory",
    )
    cache_dir: Path = set_by(
        "RESTIC_CACHE_DIR", "{data_dir}/restic/cache", parsers.path, "restic's cache.",
        unit="directory",
    )  # fmt: skip
    cache_max_bytes: int = set_by(
        "RESTIC_CACHE_MAX_BYTES",
        "10737418240",
        parsers.whole(0, 2**50),
        "Room for restic's cache on this host; what was not used for longest goes first.",
        unit="bytes",
    )
    min_free_bytes: int = set_by(
        "MIN_FREE_BYTES",
        "2147483648",
        parsers.whole(0, 2**50),
        "No backup begins while less than this, or less than MIN_FREE_PERCENT, is free on the disk "
        "of the cache and of ZEROBYTE_RUN_DIR; with 0 in both, it begins in any case.",
        unit="bytes",
    )
    min_free_percent: int = set_by(
        "MIN_FREE_PERCENT",
        "5",
        parsers.whole(0, 100),
        "The same as a part of that disk's size, but never more than 20 GiB; "
        "0 asks for MIN_FREE_BYTES alone.",
        unit="percent",
    )
    tree_index_bytes: int = set_by(
        "TREE_INDEX_MAX_BYTES",
        "1073741824",
        parsers.whole(1024 * 1024, 2**50),
        "Room for the listings of snapshots' files, kept beside the database; those that were not "
        "looked at for longest go first.",
        unit="bytes",
    )
    snapshot_refresh_minutes: int = set_by(
        "SNAPSHOT_REFRESH_MINUTES",
        "60",
        parsers.whole(1, 525_600),
        "How old a list of snapshots may become before it is read again.",
        unit="minutes",
    )
    stalled_after_minutes: int = set_by(
        "STALLED_AFTER_MINUTES",
        "15",
        parsers.whole(0, 10_080),
        "A run that has moved nothing for so long is shown as stalled; 0: none is.",
        unit="minutes",
    )
    audit_retention_days: int = set_by(
        "AUDIT_RETENTION_DAYS",
        "400",
        parsers.whole(0, 36_500),
        "How long lines of the audit trail are kept; 0 keeps them for ever.",
        unit="days",
    )
    task_history_days: int = set_by(
        "TASK_HISTORY_DAYS",
        "400",
        parsers.whole(0, 36_500),
        "How long ended tasks are kept in the history; 0: age removes none.",
        unit="days",
    )
    task_history_max: int = set_by(
        "TASK_HISTORY_MAX",
        "20000",
        parsers.whole(0, 10_000_000),
        "Ended tasks that each organization keeps at most; 0: their number removes none.",
        unit="tasks",
    )
    retention_alarm_days: int = set_by(
        "RETENTION_ALARM_DAYS",
        "7",
        parsers.whole(0, 36_500),
        "After how many days of good backups without retention people are told; 0 tells nobody.",
        unit="days",
    )
    unreadable_limit_percent: int = set_by(
        "BACKUP_UNREADABLE_LIMIT_PERCENT", "10", parsers.whole(0, 100), unit="percent",
        description="A run that cannot read a larger share of its files fails; 100: it never does.",
    )  # fmt: skip
    run_dir: Path = set_by(
        "ZEROBYTE_RUN_DIR",
        "{data_dir}/run",
        parsers.path,
        "Sockets, locks and the files that hold a secret while a child needs it.",
        unit="directory",
    )
    rclone_config_dir: Path = set_by(
        "RCLONE_CONFIG_DIR", "~/.config/rclone", parsers.path, "Holds rclone.conf.",
        unit="directory",
    )  # fmt: skip
    allowed_roots: tuple[str, ...] = set_by(
        "ZEROBYTE_ALLOWED_ROOTS",
        "/",
        parsers.folders,
        "Folders below which owners and admins of the first organization may name paths of a "
        "host. Later organizations get theirs from an instance admin.",
        unit="comma list",
    )
    restic_command: str = set_by("RESTIC_COMMAND", "restic", parsers.text, "The restic to run.")
    restic_hostname: str = set_by(
        "RESTIC_HOSTNAME",
        "auto",
        parsers.hostname,
        "Host in snapshots; `auto` is the hostname that a container was given, else `zerobyte`.",
    )
    restic_progress_fps: float = set_by(
        "RESTIC_PROGRESS_FPS", "1", parsers.rate, "How often restic reports; 2 at most.", unit="1/s"
    )
    gomaxprocs: int | None = optional(
        "GOMAXPROCS", parsers.count, "Processors that restic may use.", unit="count"
    )
    memory_limits: tuple[tuple[str, int], ...] = set_by(
        "RESTIC_MEMORY_BYTES",
        "",
        parsers.memory,
        "Soft limit of a restic's memory (its GOMEMLIMIT); `512000000,forget=1000000000` sets "
        "another for one of backup, forget, check and restore.",
        unit="bytes",
    )
    server_idle_timeout_s: int = set_by(
        "SERVER_IDLE_TIMEOUT",
        "60",
        parsers.seconds,
        "Longest mount by rclone and longest making of a repository.",
        unit="seconds",
    )
    webhook_timeout_s: int = set_by(
        "WEBHOOK_TIMEOUT", "60", parsers.seconds, "Longest wait for a webhook.", unit="seconds"
    )
    webhook_allowed_origins: tuple[str, ...] = set_by(
        "WEBHOOK_ALLOWED_ORIGINS",
        "",
        parsers.origins,
        "Origins that schedules' webhooks may call.",
        unit="comma list",
    )
    storage_private_networks: tuple[str, ...] = set_by(
        "STORAGE_PRIVATE_NETWORKS", "first", parsers.words, "See docs/field-rules.md.", unit="list"
    )
    provisioning_path: Path | None = optional(
        "PROVISIONING_PATH",
        parsers.path,
        "File of volumes and repositories to set up.",
        unit="file",
    )
    prefect_api_url: str | None = optional(
        "PREFECT_API_URL",
        parsers.url,
        "A Prefect server elsewhere; none starts our own.",
        unit="URL",
    )
    prefect_auth: str = set_by(
        "PREFECT_API_AUTH_STRING",
        "",
        parsers.text,
        "`user:password` of the Prefect server; by default made once and kept in the data "
        "directory.",
        secret=True,
    )
    worker_concurrency: int = set_by(
        "ZEROBYTE_WORKER_CONCURRENCY", "2", parsers.count, "Runs at the same time.", unit="count"
    )
    drain_grace_s: int = set_by(
        "ZEROBYTE_DRAIN_GRACE",
        "30",
        parsers.seconds,
        "How long a stop waits for running work before it is interrupted.",
        unit="seconds",
    )
    lease_wait_s: int = set_by(
        "ZEROBYTE_LEASE_WAIT",
        "43200",
        parsers.seconds,
        "How long a task waits for its turn at a repository before it fails; retention steps "
        "aside after an hour and is tried again.",
        unit="seconds",
    )
    database_wait_s: int = set_by(
        "DATABASE_WAIT_S",
        "60",
        parsers.whole(0, 86_400),
        "How long a start waits for a PostgreSQL server that cannot be reached.",
        unit="seconds",
    )
    api_url: str = set_by(
        "ZEROBYTE_API_URL",
        "http://127.0.0.1:{port}",
        parsers.url,
        "Where a worker finds the API.",
        unit="URL",
    )
    worker_token: str | None = optional(
        "ZEROBYTE_WORKER_TOKEN", parsers.text, "Token of a worker on another host.", secret=True
    )
    app_secret: str = dataclasses.field(repr=False)
    """Seals the stored secrets and signs the cookies; APP_SECRET, APP_SECRET_FILE or kept."""
    setup_token: str = dataclasses.field(repr=False)
    """Required by the sign-up that creates the first account, unless it is empty."""
    secret_files: tuple[Path, ...] = ()
    """Files that APP_SECRET_FILE and its like name; no backup holds them."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Every trusted origin: that of BASE_URL first, then TRUSTED_ORIGINS."""
        return tuple(dict.fromkeys((urls.origin(self.base_url), *self.trusted_origins)))

    @property
    def tree_index(self) -> Path:
        """The file of the snapshots' trees: beside the database, or where one would be."""
        if "://" in self.database_url and not self.database_url.startswith("sqlite:"):
            return self.data_dir / "data" / "snapshot-trees.db"
        return Path(self.database_url.removeprefix("sqlite://")).parent / "snapshot-trees.db"

    @property
    def is_https(self) -> bool:
        """Whether people reach the API over https."""
        return self.base_url.startswith("https://")

    @property
    def prefect_url(self) -> str:
        """The Prefect API: the one given, else our own on loopback."""
        return self.prefect_api_url or f"http://127.0.0.1:{self.prefect_port}/api"

    @classmethod
    def load(cls, environ: Mapping[str, str], *, keep_secrets: bool = True) -> "Settings":
        """Read the environment; an empty variable counts as absent.

        keep_secrets    make missing secrets and keep them in the data directory.

        Raises SettingsError.
        """
        given = {name: value.strip() for name, value in environ.items() if value.strip()}
        values: dict[str, Any] = {}
        problems: list[str] = []
        for attribute, variable in _variables():
            value = given.get(variable.name, "")
            if attribute == "data_dir" and not value:
                value = str(secrets.usual_data_dir(given))
            try:
                values[attribute] = _read(variable, value, values)
            except ValueError as error:
                problems.append(f"{variable.name} {error}.")
        for attribute, name, lengths in secrets.GIVEN_SECRETS:
            try:
                values[attribute] = secrets.given_secret(given, name, lengths=lengths)
            except ValueError as error:
                problems.append(f"{error}.")
        values["secret_files"] = tuple(
            Path(file).absolute()
            for name in (*(name for _, name, _ in secrets.GIVEN_SECRETS), "ZEROBYTE_WORKER_TOKEN")
            if (file := given.get(f"{name}_FILE"))
        )
        if problems:
            raise SettingsError(problems)
        if keep_secrets:
            try:
                secrets.fill_secrets(values)
            except ValueError as error:
                raise SettingsError([f"{error}."]) from None
        return cls(**values)

    @staticmethod
    def table() -> str:
        """Every variable as a Markdown table."""
        return markdown_table(
            (known.name, known.default, known.unit, known.description) for _, known in _variables()
        )


def _variables() -> Iterator[tuple[str, Variable]]:
    for field in dataclasses.fields(Settings):
        variable = field.metadata.get("variable")
        if isinstance(variable, Variable):
            yield field.name, variable


def _read(variable: Variable, value: str, earlier: Mapping[str, Any]) -> Any:
    # PORT may itself be wrong; then the defaults made of it do not matter any more.
    known = {"port": 1, "data_dir": "/", **earlier}
    value = value.strip("\"'") or variable.default.format_map(known)
    if not value and variable.read not in _LISTS:
        return "" if variable.name == "PREFECT_API_AUTH_STRING" else None
    return variable.read(value)
