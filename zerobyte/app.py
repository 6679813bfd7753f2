"""The entry point of the API process: the Sanic app with its routes, checks and background loops.

`zerobyte.services` builds the services. This module opens the database when the server starts,
runs the loops beside the requests, and closes everything in reverse order when it stops.
"""

import json
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from zerobyte import api_process
from zerobyte.core import clock_jumps, first_account, log, process
from zerobyte.core.aio import cancel_all, every, start_background
from zerobyte.core.worker_tokens import LOCAL_HOST
from zerobyte.db import connection, migrate
from zerobyte.db.health import DatabaseHealth
from zerobyte.features.audit.routes import audit_v1
from zerobyte.features.auth.routes import accounts_auth, auth_v1
from zerobyte.features.auth.service import first_organization
from zerobyte.features.backups.routes import backups_v1
from zerobyte.features.control.routes import control
from zerobyte.features.events.routes import events_v1
from zerobyte.features.notifications.routes import notifications_v1
from zerobyte.features.repositories.routes import repositories_v1
from zerobyte.features.repositories.service import locations
from zerobyte.features.system.routes import system_v1
from zerobyte.features.tasks.routes import tasks_v1
from zerobyte.features.volumes.routes import volumes_v1
from zerobyte.http import middleware, openapi
from zerobyte.http.app import make_app
from zerobyte.http.app_type import HttpApp
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler
from zerobyte.orchestration.scheduler import Scheduler
from zerobyte.restic import cache, locks
from zerobyte.services import Services, build_services
from zerobyte.settings import Settings

_log = log.get_logger(__name__)

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_MEMBERS_ONLY = tuple(
    f"/api/v1/{family}"
    for family in (
        "audit", "backups", "events", "notifications", "repositories", "system", "tasks", "volumes",
    )
)  # fmt: skip


def create_app(settings: Settings, scheduler: Scheduler | None = None) -> HttpApp:
    """Return the whole API as a Sanic app that opens and closes everything it needs.

    scheduler   a replacement for tests; None connects to the Prefect server of the settings.
    """
    scheduler = scheduler or PrefectScheduler(settings.prefect_url, settings.prefect_auth)
    services = build_services(settings, scheduler)
    database = DatabaseHealth()
    app = make_app(
        settings,
        services.by_type(),
        checks={
            "database": database.check,
            "api": database.needs_restart,
            "prefect": services.deployment_sync.problem,
            "worker": services.worker_api.worker_problem,
            "appSecret": services.key_check.problem,
        },
        remarks={
            "disk": services.system.low_disk_space,
            "hosts": services.deployment_sync.hosts_without_worker,
        },
    )
    add_routes(app)
    stack = AsyncExitStack()

    async def start(_: HttpApp) -> None:
        # The API runs restic too, and its host may have no worker that would clean up.
        if swept := process.sweep_secret_files(settings.run_dir):
            _log.info("removed secret files of a dead process", folders=swept)
        locks.sweep(settings.run_dir)
        await migrate.upgrade(settings.database_url)
        await stack.enter_async_context(connection.database(settings.database_url))
        await prepare(services)
        stack.callback(database.close)
        stack.push_async_callback(scheduler.aclose)
        stack.push_async_callback(services.aclose)
        loops = [start_background(loop) for loop in background_loops(services)]
        stack.push_async_callback(cancel_all, loops)

    async def stop(_: HttpApp) -> None:
        await stack.aclose()

    async def end_waiting_calls(_: HttpApp) -> None:
        services.announcements.close()

    app.register_listener(start, "before_server_start")
    app.register_listener(end_waiting_calls, "before_server_stop")
    app.register_listener(stop, "after_server_stop")
    return app


async def prepare(services: Services) -> None:
    """Bring stored rows up to date before the first request."""
    await locations.fill_missing(services.host_api)
    await first_organization.first_id()
    token_file = services.settings.run_dir / "worker-token"
    await services.worker_tokens.register_local(token_file, LOCAL_HOST)
    # Text encrypted with a wrong secret could not be decrypted with the right one.
    if await services.key_check.run():
        await _encrypt_clear_rows(services)
    await _warn_of_first_account(services)


async def _encrypt_clear_rows(services: Services) -> None:
    """Encrypt secrets that older versions stored in clear; a second run changes nothing."""
    parts = (
        services.repositories.restic_access,
        services.notifications,
        services.schedule_webhooks,
    )
    changed = sum([await part.encrypt_clear_rows() for part in parts])
    if changed:
        _log.info("encrypted secrets that were stored in clear", rows=changed)


async def _warn_of_first_account(services: Services) -> None:
    """Warn, while there is no account, that the first one becomes the administrator."""
    if not await services.accounts.has_users():
        settings = services.settings
        needs_token = bool(settings.setup_token)
        _log.warning(first_account.warning(settings.host, settings.port, needs_token=needs_token))


def background_loops(services: Services) -> list[Coroutine[Any, Any, None]]:
    """Return the loops that run beside the requests until the process stops."""
    settings, reaper, alerts = services.settings, services.reaper, services.alerts

    async def on_clock_jump(_: clock_jumps.ClockAnomaly) -> None:
        await recover_from_clock_jump(services)

    async def shrink_cache() -> None:
        # The API's restic fills this cache too, and its host may have no worker to shrink it.
        await cache.shrink(settings.cache_dir, settings.cache_max_bytes)

    async def expire_audit_log() -> None:
        await services.audit_log.expire(settings.audit_retention_days)

    return [
        services.dispatcher.run(),
        services.deployment_sync.run(),
        services.due_runs.run(),
        clock_jumps.watch(on_clock_jump),
        reaper.run(),
        reaper.follow_prefect(),
        reaper.compare(),
        every(30 * _MINUTE_S, services.volumes.check_all),
        every(5 * _MINUTE_S, services.volumes.remount_failed),
        every(_MINUTE_S, services.refresher.refresh_due),
        every(_HOUR_S, shrink_cache),
        every(_MINUTE_S, alerts.check_reruns),
        every(_HOUR_S, alerts.check_retention),
        every(_HOUR_S, services.task_history.expire),
        every(24 * _HOUR_S, expire_audit_log),
    ]


async def recover_from_clock_jump(services: Services) -> None:
    """Extend all leases, which no worker could renew in time, then check what is due."""
    await services.reaper.extend_leases()
    await services.due_runs.on_clock_jump()


def add_routes(app: HttpApp) -> None:
    """Add the routes of every feature to an app."""
    for blueprint in (
        accounts_auth, auth_v1, volumes_v1, repositories_v1, backups_v1, notifications_v1, tasks_v1,
        events_v1, system_v1, control, audit_v1,
    ):  # fmt: skip
        app.blueprint(blueprint)
    middleware.require_auth_for_unknown_paths(app, *_MEMBERS_ONLY)


def openapi_text() -> str:
    """Return the OpenAPI document as it is committed: sorted, indented, with a last newline."""
    settings = Settings.load({"APP_SECRET": "0" * 32}, keep_secrets=False)
    app = make_app(settings, {}, name="zerobyte_openapi")
    add_routes(app)
    return json.dumps(openapi.document(app), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Serve the API until SIGTERM or SIGINT; a wrong setting ends it with one error line."""
    api_process.run(create_app)


if __name__ == "__main__":
    main()
