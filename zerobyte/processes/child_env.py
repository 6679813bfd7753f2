"""Environments of the supervisor's children, built from allow-lists.

Every child also gets PATH, HOME, language, time zone and proxies. Only the API gets APP_SECRET; all
three children get Prefect's secret; the worker gets its token by file.
"""

from collections.abc import Mapping
from pathlib import Path

from zerobyte.settings import Settings, parsers, secrets
from zerobyte.settings.variables import variables_of

RUNS_KEPT_S = 90 * 86_400
EVENTS_KEPT = "P7D"

MALLOC = {"MALLOC_ARENA_MAX": "2"}
"""glibc keeps one heap per thread, eight per core; memory freed in one is not used by another."""

PREFECT_DATA_RETENTION = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(RUNS_KEPT_S),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": EVENTS_KEPT,
}
"""Limits the growth of Prefect's database. The files in `deployments` that start a Prefect server
of their own repeat these values."""

PREFECT_SERVICES_OFF = {
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
}
"""Services of Prefect's server that nothing here uses; reasons:
docs/decisions/0013-run-prefect-with-less.md."""

PREFECT_SERVICE_PERIODS_S = {
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "60",
}
"""Longer periods of services that only repair or mark; no start or end of a run waits for them."""


def prefect_base(home: Path) -> dict[str, str]:
    """Return variables that keep Prefect in our data folder, without telemetry and prompts."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_TASKS_DEFAULT_PERSIST_RESULT": "false",
    }


def prefect_server(*, home: Path, port: int, auth: str, host: str = "127.0.0.1") -> dict[str, str]:
    """Return the environment of the Prefect server.

    host    loopback: everyone with Prefect's one secret may do everything there. The browser uses
            `localhost`, where a forwarded port ends as well.
    """
    return {
        **prefect_base(home),
        "PREFECT_SERVER_API_HOST": host,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_API_URL": f"http://{host}:{port}/api",
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        # Else each start hashes all block types to find that none is to be registered.
        "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
        "PREFECT_UI_STATIC_DIRECTORY": str(home / "ui"),
        "PREFECT_UI_API_URL": f"http://localhost:{port}/api",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": (f"http://localhost:{port},http://127.0.0.1:{port}"),
        **PREFECT_DATA_RETENTION,
        **PREFECT_SERVICES_OFF,
        **PREFECT_SERVICE_PERIODS_S,
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        **MALLOC,
    }


def prefect_client(*, home: Path, url: str, auth: str | None) -> dict[str, str]:
    """Return the variables that Prefect reads in a worker when it is imported."""
    return {
        **prefect_base(home),
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_API_URL": url,
        **({"PREFECT_API_AUTH_STRING": auth} if auth else {}),
        "PREFECT_WORKER_PREFETCH_SECONDS": "0",
        # Otherwise each run writes the id of an OpenTelemetry span, which nothing collects.
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }


def api(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the API: all settings, including the secret."""
    names = {"XDG_DATA_HOME"}
    for _, secret, _ in secrets.SECRETS:
        names |= {secret, f"{secret}_FILE"}
    names |= {variable.name for _, variable in variables_of(Settings)}
    return {name: environ[name] for name in names if name in environ} | {
        "PYTHONUNBUFFERED": "1",
        **MALLOC,
    }


def worker(settings: Settings, *, token_file: Path) -> dict[str, str]:
    """Return the environment of the worker; never APP_SECRET, never the database."""
    known: dict[str, object] = {
        "PYTHONUNBUFFERED": "1",
        **MALLOC,
        "ZEROBYTE_API_URL": settings.api_url,
        "ZEROBYTE_WORKER_TOKEN_FILE": token_file,
        "PREFECT_API_URL": settings.prefect_url,
        "PREFECT_API_AUTH_STRING": settings.prefect_auth,
        "ZEROBYTE_DATA_DIR": settings.data_dir,
        "ZEROBYTE_RUN_DIR": settings.run_dir,
        "RESTIC_CACHE_DIR": settings.cache_dir,
        "RESTIC_CACHE_MAX_BYTES": settings.cache_max_bytes,
        "MIN_FREE_BYTES": settings.min_free_bytes,
        "MIN_FREE_PERCENT": settings.min_free_percent,
        "RESTIC_COMMAND": settings.restic_command,
        "RCLONE_CONFIG_DIR": settings.rclone_config_dir,
        "RESTIC_PROGRESS_FPS": settings.restic_progress_fps,
        "RESTIC_MEMORY_BYTES": parsers.memory_text(settings.memory_limits),
        "WEBHOOK_ALLOWED_ORIGINS": ",".join(settings.webhook_allowed_origins),
        "WEBHOOK_TIMEOUT": settings.webhook_timeout_s,
        "ZEROBYTE_WORKER_CONCURRENCY": settings.worker_concurrency,
        "ZEROBYTE_REPOSITORY_CONCURRENCY": settings.repository_concurrency or "auto",
        "ZEROBYTE_DRAIN_GRACE": settings.drain_grace_s,
        "LOG_LEVEL": settings.log_level,
        "TZ": settings.tz,
        "GOMAXPROCS": settings.gomaxprocs or "",
    }
    return {name: str(value) for name, value in known.items() if value != ""}
