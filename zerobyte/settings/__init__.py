"""The settings: every environment variable with its default, unit, parser and description."""

# ruff: noqa: RUF009 — the calls describe fields; they create no shared default

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zerobyte.core import urls
from zerobyte.core.log import get_logger
from zerobyte.settings import parsers, secrets
from zerobyte.settings.variables import (
    SettingsError,
    markdown_table,
    optional,
    read_value,
    set_by,
    variables_of,
)

__all__ = ["Settings", "SettingsError"]

_log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of this installation; `load` creates them for the composition root."""

    data_dir: Path = set_by(
        "ZEROBYTE_DATA_DIR",
        "/var/lib/zerobyte",
        parsers.path,
        "Holds all persistent data; if the default is not writable, `zerobyte` in the user's "
        "data directory.",
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
        "Public URL of the API, without path; https secures cookies. Always trusted.",
        unit="URL",
    )
    trusted_origins: tuple[str, ...] = set_by(
        "TRUSTED_ORIGINS",
        "",
        parsers.readable_origins,
        "Further origins that may call the API from a browser; an invalid one is logged and "
        "ignored.",
        unit="comma list",
    )
    trust_proxy: bool = set_by(
        "TRUST_PROXY",
        "false",
        parsers.boolean,
        "Use the last address of X-Forwarded-For as the client's. Only behind your own proxy that "
        "sets the header.",
        unit="boolean",
    )
    disable_rate_limiting: bool = set_by(
        "DISABLE_RATE_LIMITING", "false", parsers.boolean, "Disable rate limits.", unit="boolean"
    )
    max_connections: int = set_by(
        "MAX_CONNECTIONS", "1000", parsers.whole(16, 60_000), "Maximum of open connections."
    )
    max_client_connections: int = set_by(
        "MAX_CONNECTIONS_PER_CLIENT",
        "100",
        parsers.whole(4, 60_000),
        "Maximum of one address (IPv6: its /64); not applied with TRUST_PROXY.",
    )
    enable_dev_panel: bool = set_by(
        "ENABLE_DEV_PANEL",
        "false",
        parsers.boolean,
        "Let organization admins run their own restic commands.",
        unit="boolean",
    )
    log_level: str = set_by("LOG_LEVEL", "info", parsers.level, "debug, info, warn or error.")
    tz: str = set_by("TZ", "UTC", parsers.zone, "Time zone of schedules.", unit="IANA zone")
    app_version: str = set_by("APP_VERSION", "dev", parsers.text, "Version that the API reports.")
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
        "Folder of new local repositories.",
        unit="directory",
    )
    volumes_dir: Path = set_by(
        "ZEROBYTE_VOLUMES_DIR", "{data_dir}/volumes", parsers.path, "Folder of volume mounts.",
        unit="directory",
    )  # fmt: skip
    cache_dir: Path = set_by(
        "RESTIC_CACHE_DIR", "{data_dir}/restic/cache", parsers.path, "restic's cache.",
        unit="directory",
    )  # fmt: skip
    cache_max_bytes: int = set_by(
        "RESTIC_CACHE_MAX_BYTES",
        "10737418240",
        parsers.whole(0, 2**50),
        "Maximum size of restic's cache on this host; the least recently used files go first.",
        unit="bytes",
    )
    min_free_bytes: int = set_by(
        "MIN_FREE_BYTES",
        "2147483648",
        parsers.whole(0, 2**50),
        "No backup starts while less than this, or less than MIN_FREE_PERCENT, is free on the disk "
        "of the cache and of ZEROBYTE_RUN_DIR; 0 in both disables the check.",
        unit="bytes",
    )
    min_free_percent: int = set_by(
        "MIN_FREE_PERCENT",
        "5",
        parsers.whole(0, 100),
        "Required free share of that disk, at most 20 GiB; 0 requires MIN_FREE_BYTES alone.",
        unit="percent",
    )
    tree_index_bytes: int = set_by(
        "TREE_INDEX_MAX_BYTES",
        "1073741824",
        parsers.whole(1024 * 1024, 2**50),
        "Maximum size of the cached file listings of snapshots, stored beside the database; the "
        "least recently used go first.",
        unit="bytes",
    )
    snapshot_refresh_minutes: int = set_by(
        "SNAPSHOT_REFRESH_MINUTES",
        "60",
        parsers.whole(1, 525_600),
        "Maximum age of a snapshot list before it is refreshed.",
        unit="minutes",
    )
    stalled_after_minutes: int = set_by(
        "STALLED_AFTER_MINUTES",
        "15",
        parsers.whole(0, 10_080),
        "A run without activity for this long is shown as stalled; 0 disables this.",
        unit="minutes",
    )
    audit_retention_days: int = set_by(
        "AUDIT_RETENTION_DAYS",
        "400",
        parsers.whole(0, 36_500),
        "Retention of audit log entries; 0 keeps them without limit.",
        unit="days",
    )
    task_history_days: int = set_by(
        "TASK_HISTORY_DAYS",
        "400",
        parsers.whole(0, 36_500),
        "Retention of ended tasks in the history; 0: no limit by age.",
        unit="days",
    )
    task_history_max: int = set_by(
        "TASK_HISTORY_MAX",
        "20000",
        parsers.whole(0, 10_000_000),
        "Maximum of ended tasks per organization; 0: no limit by number.",
        unit="tasks",
    )
    retention_alarm_days: int = set_by(
        "RETENTION_ALARM_DAYS",
        "7",
        parsers.whole(0, 36_500),
        "Days of successful backups without retention before an alert; 0 disables the alert.",
        unit="days",
    )
    unreadable_limit_percent: int = set_by(
        "BACKUP_UNREADABLE_LIMIT_PERCENT", "10", parsers.whole(0, 100), unit="percent",
        description="A run fails if it cannot read more than this share of its files; 100: never.",
    )  # fmt: skip
    run_dir: Path = set_by(
        "ZEROBYTE_RUN_DIR",
        "{data_dir}/run",
        parsers.path,
        "Sockets, locks and the secret files of running child processes.",
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
        "Folders of a host that owners and admins of the first organization may use. An instance "
        "admin grants folders to later organizations.",
        unit="comma list",
    )
    restic_command: str = set_by("RESTIC_COMMAND", "restic", parsers.text, "The restic executable.")
    restic_hostname: str = set_by(
        "RESTIC_HOSTNAME",
        "auto",
        parsers.hostname,
        "Host in snapshots; `auto` is the hostname set for a container, else `zerobyte`.",
    )
    restic_progress_fps: float = set_by(
        "RESTIC_PROGRESS_FPS",
        "1",
        parsers.rate,
        "Reports of restic; 2 at most.",
        unit="1/s",
    )
    gomaxprocs: int | None = optional(
        "GOMAXPROCS", parsers.count, "Processors that restic may use.", unit="count"
    )
    memory_limits: tuple[tuple[str, int], ...] = set_by(
        "RESTIC_MEMORY_BYTES",
        "",
        parsers.memory,
        "Soft memory limit of a restic process (GOMEMLIMIT); `512000000,forget=1000000000` sets "
        "another limit for one of backup, forget, check and restore.",
        unit="bytes",
    )
    server_idle_timeout_s: int = set_by(
        "SERVER_IDLE_TIMEOUT",
        "60",
        parsers.seconds,
        "Time limit of the mount of a volume and of the creation of a repository.",
        unit="seconds",
    )
    webhook_timeout_s: int = set_by(
        "WEBHOOK_TIMEOUT", "60", parsers.seconds, "Time limit of a webhook.", unit="seconds"
    )
    webhook_allowed_origins: tuple[str, ...] = set_by(
        "WEBHOOK_ALLOWED_ORIGINS",
        "",
        parsers.origins,
        "Origins that webhooks of schedules may call.",
        unit="comma list",
    )
    storage_private_networks: tuple[str, ...] = set_by(
        "STORAGE_PRIVATE_NETWORKS", "first", parsers.words, "See docs/field-rules.md.", unit="list"
    )
    provisioning_path: Path | None = optional(
        "PROVISIONING_PATH",
        parsers.path,
        "File with volumes and repositories to create.",
        unit="file",
    )
    prefect_api_url: str | None = optional(
        "PREFECT_API_URL",
        parsers.url,
        "An external Prefect server; without it we start our own.",
        unit="URL",
    )
    prefect_auth: str = set_by(
        "PREFECT_API_AUTH_STRING",
        "",
        parsers.text,
        "`user:password` of the Prefect server; by default generated and stored in the data "
        "directory.",
        secret=True,
    )
    worker_concurrency: int = set_by(
        "ZEROBYTE_WORKER_CONCURRENCY",
        "auto",
        parsers.simultaneous_runs,
        "Simultaneous runs of a worker; `auto` is its number of processors, at least 4, because "
        "uploads wait for networks.",
        unit="count",
    )
    repository_concurrency: int | None = set_by(
        "ZEROBYTE_REPOSITORY_CONCURRENCY",
        "auto",
        parsers.repository_runs,
        "Simultaneous backups of a worker into one repository; `auto` is one less than "
        "`ZEROBYTE_WORKER_CONCURRENCY`, at least 1, so that other repositories do not wait.",
        unit="count",
    )
    drain_grace_s: int = set_by(
        "ZEROBYTE_DRAIN_GRACE",
        "30",
        parsers.seconds,
        "Time that a stop waits for running tasks before it interrupts them.",
        unit="seconds",
    )
    lease_wait_s: int = set_by(
        "ZEROBYTE_LEASE_WAIT",
        "43200",
        parsers.seconds,
        "Time that a task waits for its lease before it fails; retention steps aside once after "
        "an hour.",
        unit="seconds",
    )
    database_wait_s: int = set_by(
        "DATABASE_WAIT_S",
        "60",
        parsers.whole(0, 86_400),
        "Time that a start waits for an unreachable PostgreSQL server.",
        unit="seconds",
    )
    api_url: str = set_by(
        "ZEROBYTE_API_URL",
        "http://127.0.0.1:{port}",
        parsers.url,
        "URL of the API for workers.",
        unit="URL",
    )
    worker_token: str | None = optional(
        "ZEROBYTE_WORKER_TOKEN", parsers.text, "Token of a worker on another host.", secret=True
    )
    app_secret: str = field(repr=False)
    """Encrypts stored secrets, signs cookies; from APP_SECRET, APP_SECRET_FILE or the data dir."""
    setup_token: str = field(repr=False)
    """Required by the sign-up that creates the first account, unless it is empty."""
    secret_files: tuple[Path, ...] = ()
    """The files named by APP_SECRET_FILE and similar variables; no backup contains them."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Return every trusted origin: that of BASE_URL first, then TRUSTED_ORIGINS."""
        return tuple(dict.fromkeys((urls.origin(self.base_url), *self.trusted_origins)))

    @property
    def tree_index(self) -> Path:
        """Return the file of the snapshot trees, in the folder of a SQLite database."""
        if "://" in self.database_url and not self.database_url.startswith("sqlite:"):
            return self.data_dir / "data" / "snapshot-trees.db"
        return Path(self.database_url.removeprefix("sqlite://")).parent / "snapshot-trees.db"

    @property
    def is_https(self) -> bool:
        """Return True if users reach the API over https."""
        return self.base_url.startswith("https://")

    @property
    def prefect_url(self) -> str:
        """Return the URL of the Prefect API: PREFECT_API_URL, or our own on loopback."""
        return self.prefect_api_url or f"http://127.0.0.1:{self.prefect_port}/api"

    @classmethod
    def load(cls, environ: Mapping[str, str], *, keep_secrets: bool = True) -> "Settings":
        """Read the environment; an empty variable counts as absent.

        keep_secrets    generate missing secrets and store them in the data directory.

        Raises SettingsError.
        """
        configured = {name: value.strip() for name, value in environ.items() if value.strip()}
        values: dict[str, Any] = {}
        problems: list[str] = []
        for attribute, variable in variables_of(cls):
            value = configured.get(variable.name, "")
            if attribute == "data_dir" and not value:
                value = str(secrets.default_data_dir(configured))
            try:
                values[attribute] = read_value(variable, value, values)
            except ValueError as error:
                problems.append(f"{variable.name} {error}.")
        for attribute, name, lengths in secrets.SECRETS:
            try:
                values[attribute] = secrets.configured_secret(configured, name, lengths=lengths)
            except ValueError as error:
                problems.append(f"{error}.")
        values["secret_files"] = tuple(
            Path(file).absolute()
            for name in (*(name for _, name, _ in secrets.SECRETS), "ZEROBYTE_WORKER_TOKEN")
            if (file := configured.get(f"{name}_FILE"))
        )
        if problems:
            raise SettingsError(problems)
        if keep_secrets:
            try:
                secrets.add_missing_secrets(values)
            except ValueError as error:
                raise SettingsError([f"{error}."]) from None
        return cls(**values)

    @staticmethod
    def table() -> str:
        """Return every variable as a Markdown table."""
        return markdown_table(
            (known.name, known.default, known.unit, known.description)
            for _, known in variables_of(Settings)
        )
