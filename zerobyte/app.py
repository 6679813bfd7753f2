"""The composition root of the API process: the only file that knows every room.

Builds the services, subscribes the wishes that go upward, opens the database when the server
starts, keeps the loops that run beside requests, and lets go of everything when it stops.
"""

import asyncio
import json
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, cast

from zerobyte import api_process
from zerobyte.core import aio, clock_jumps, first_account, log, process
from zerobyte.core.secrets import Sealer
from zerobyte.db import connection, migrate
from zerobyte.db.errors import FailureLog
from zerobyte.db.health import DatabaseHealth
from zerobyte.db.leases import Leases
from zerobyte.features.audit.routes import audit_v1
from zerobyte.features.audit.service import AuditLog
from zerobyte.features.auth.routes import accounts_auth, auth_v1
from zerobyte.features.auth.service import (
    Accounts,
    Deletions,
    KeyCheck,
    Organizations,
    StepUp,
    first_organization,
    make_services,
)
from zerobyte.features.backups.routes import backups_v1
from zerobyte.features.backups.service import (
    Assignments,
    CompletionHandler,
    DueRunStarter,
    FailureAlerts,
    JobBuilder,
    OrganizationContents,
    Reconciler,
    ReportCheck,
    ScheduleEditor,
    ScheduleReader,
    TaskHistory,
    references,
)
from zerobyte.features.control.routes import control
from zerobyte.features.control.service import WorkerApi
from zerobyte.features.events.bus import EventBus
from zerobyte.features.events.routes import events_v1
from zerobyte.features.notifications.routes import notifications_v1
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.repositories.routes import repositories_v1
from zerobyte.features.repositories.service import (
    Refresher,
    Repositories,
    Restores,
    SnapshotFiles,
    Snapshots,
    StatsRefresher,
    TreeCache,
    TreeStore,
    locations,
)
from zerobyte.features.system.routes import system_v1
from zerobyte.features.system.service import System
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.routes import tasks_v1
from zerobyte.features.tasks.service import (
    Dispatcher,
    StallTracker,
    TaskReader,
    TaskReaper,
    Tasks,
    WorkerTokens,
)
from zerobyte.features.volumes.routes import volumes_v1
from zerobyte.features.volumes.service import Volumes
from zerobyte.http import middleware, openapi
from zerobyte.http.app import make_app
from zerobyte.http.app_type import HttpApp
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler
from zerobyte.orchestration.scheduler import Scheduler
from zerobyte.restic import cache, locks
from zerobyte.settings import Settings

_log = log.get_logger(__name__)

LOCAL_HOST = "local"
"""The host of the worker that runs beside the API."""
_MEMBERS_ONLY = tuple(
    f"/api/v1/{family}"
    for family in (
        "audit", "backups", "events", "notifications", "repositories", "system", "tasks", "volumes",
    )
)  # fmt: skip


class Platform:
    """Every service of one API process, connected; opens nothing.

    services    what routes ask for, by type.
    """

    def __init__(self, settings: Settings, scheduler: Scheduler) -> None:
        self.settings = settings
        self.scheduler = scheduler
        self.sealer = Sealer(settings.app_secret)
        self.key_check = KeyCheck(settings.app_secret, self.sealer)
        self.bus = EventBus()
        self.leases = Leases()
        self.services = make_services(settings, self.sealer)
        self.audit_log = cast("AuditLog", self.services[AuditLog])
        self._make_resources()
        self._make_schedules()
        self._connect()
        self._register()

    def _make_resources(self) -> None:
        """What schedules are made of, and the tasks that everything becomes."""
        settings, sealer = self.settings, self.sealer
        self.organizations = cast("Organizations", self.services[Organizations])
        self.activities = StallTracker(stalled_after_minutes=settings.stalled_after_minutes)
        self.tasks = Tasks(bus=self.bus, leases=self.leases, activities=self.activities)
        self.reader = TaskReader(activities=self.activities)
        self.worker_tokens = WorkerTokens()
        self.volumes = Volumes(settings=settings, sealer=sealer, bus=self.bus)
        self.notifications = Notifications(settings=settings, sealer=sealer, bus=self.bus)
        self.repositories = Repositories(
            settings=settings,
            sealer=sealer,
            password_of=self.organizations.repository_password,
            leases=self.leases,
        )
        self.snapshots = Snapshots(
            repositories=self.repositories, tasks=self.tasks, host=LOCAL_HOST, tz=settings.tz
        )
        self.sizes = StatsRefresher(repositories=self.repositories)
        file = TreeStore(
            settings.tree_index, max_bytes=settings.tree_index_bytes, spare_folder=settings.run_dir
        )
        self.files = SnapshotFiles(
            repositories=self.repositories, snapshots=self.snapshots, trees=TreeCache(file)
        )
        self.refresher = Refresher(
            snapshots=self.snapshots,
            files=self.files,
            every_minutes=settings.snapshot_refresh_minutes,
        )
        self.restores = Restores(
            settings=settings,
            repositories=self.repositories,
            snapshots=self.snapshots,
            files=self.files,
            tasks=self.tasks,
        )

    def _make_schedules(self) -> None:
        """What runs by the clock, and what stands between rows, engine and workers."""
        settings, scheduler = self.settings, self.scheduler
        self.editor = ScheduleEditor(
            settings=settings, sealer=self.sealer, tasks=self.reader, volumes=self.volumes
        )
        self.runs = JobBuilder(
            settings=settings,
            tasks=self.tasks,
            volumes=self.volumes,
            notifications=self.notifications,
            access=self.repositories.access,
            webhooks_of=self.editor.webhooks_of,
        )
        self.due_times = DueRunStarter(
            settings=settings,
            tasks=self.tasks,
            scheduler=scheduler,
            notifications=self.notifications,
        )
        self.reconciler = Reconciler(settings=settings, scheduler=scheduler)
        self.dispatcher = Dispatcher(scheduler=scheduler, repair=self.reconciler.repair)
        self.watch = TaskReaper(tasks=self.tasks, leases=self.leases, scheduler=scheduler)
        self.history = TaskHistory(days=settings.task_history_days, most=settings.task_history_max)
        self.ends = CompletionHandler(settings=settings, snapshots=self.snapshots)
        self.alarms = FailureAlerts(
            notifications=self.notifications,
            retry_note=self.ends.retry_note,
            retention_days=settings.retention_alarm_days,
        )
        self.control = WorkerApi(
            tasks=self.tasks,
            leases=self.leases,
            builders={
                "backup": self.runs.backup_job,
                "forget": self.runs.forget_job,
                "restore": self.restores.job,
                "deleteSnapshots": self.snapshots.deletion_job,
            },
            open_scheduled=self.due_times.claim_scheduled,
            retry_note=self.ends.retry_note,
            record_delivery=self.notifications.record_delivery,
            lease_wait_s=settings.lease_wait_s,
            reports=ReportCheck(snapshots=self.snapshots),
        )

    def _connect(self) -> None:
        """The wishes that go upward: who below is told by whom above."""
        self.tasks.finishers.update(
            backup=self.ends.backup,
            forget=self.ends.forget,
            restore=self.restores.ended,
            deleteSnapshots=self.ends.delete_snapshots,
        )
        self.tasks.on_open.append(self.dispatcher.wake)
        self.tasks.on_finish.append(self._measure)
        self.tasks.on_unreported_failure.append(self.alarms.failed)
        self.tasks.on_cancel.append(self.watch.cancel_in_prefect)
        self.editor.on_change.append(self.reconciler.changed)
        self.due_times.on_change.append(self.reconciler.changed)
        self.volumes.before_delete.append(references.refuse_used_volume)
        self.volumes.before_unmount.append(references.refuse_read_volume)
        self.repositories.before_delete.append(references.refuse_used_repository)
        cast("Deletions", self.services[Deletions]).contents = OrganizationContents(
            volumes=self.volumes,
            repositories=self.repositories,
            on_change=self.editor.on_change,
        )
        self.snapshots.policy_of = references.policy_of
        self.restores.is_read_only = references.is_read_only
        self.restores.volume_folders = partial(references.volume_folders, self.volumes.source_path)

    def _measure(self, task: Task) -> None:
        """A repository that was written to has another size now."""
        writes = task.kind in ("backup", "forget", "deleteSnapshots")
        if writes and task.status == "succeeded" and task.repository_id is not None:
            self.sizes.schedule(task.repository_id)

    async def on_clock_jump(self, _: clock_jumps.ClockAnomaly) -> None:
        """Nobody could keep a promise of time: give all a new term, then look at what is due."""
        await self.watch.extend_leases()
        await self.due_times.on_clock_jump()

    async def prepare(self) -> None:
        """Bring stored rows up to date before the first request."""
        await locations.fill_missing()
        await first_organization.first_id()
        token_file = self.settings.run_dir / "worker-token"
        await self.worker_tokens.register_local(token_file, LOCAL_HOST)
        # With another secret, encrypting more would leave texts that the right one cannot open.
        if await self.key_check.run():
            await self.encrypt_clear_rows()
        await self.warn_of_first_account()

    async def encrypt_clear_rows(self) -> None:
        """Encrypt secrets that versions before stored in clear; does nothing the next time."""
        parts = (self.repositories.restic_access, self.notifications, self.editor)
        changed = sum([await part.encrypt_clear_rows() for part in parts])
        if changed:
            _log.info("encrypted secrets that were stored in clear", rows=changed)

    async def warn_of_first_account(self) -> None:
        """Log who becomes administrator as long as there is no account."""
        if not await cast("Accounts", self.services[Accounts]).has_users():
            known = self.settings
            needs_token = bool(known.setup_token)
            _log.warning(first_account.warning(known.host, known.port, needs_token=needs_token))

    async def _shrink_cache(self) -> None:
        """Requests have restic fill its cache too, and this may be a host without a worker."""
        await cache.shrink(self.settings.cache_dir, self.settings.cache_max_bytes)

    async def _expire_trail(self) -> None:
        await self.audit_log.expire(self.settings.audit_retention_days)

    def _register(self) -> None:
        self.system = System(
            settings=self.settings,
            accounts=cast("Accounts", self.services[Accounts]),
            organizations=self.organizations,
            second_factor=cast("StepUp", self.services[StepUp]),
        )
        self.services |= {
            Assignments: Assignments(notifications=self.notifications),
            ScheduleReader: ScheduleReader(activities=self.activities),
            System: self.system,
            WorkerTokens: self.worker_tokens,
        }
        parts: tuple[object, ...] = (
            self.bus, self.control, self.tasks, self.reader, self.volumes, self.notifications,
            self.repositories, self.snapshots, self.files, self.restores, self.runs, self.editor,
        )  # fmt: skip
        self.services.update({type(part): part for part in parts})

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside requests for as long as the process lives."""
        return [
            self.dispatcher.run(),
            self.reconciler.run(),
            self.due_times.run(),
            clock_jumps.watch(self.on_clock_jump),
            self.watch.run(),
            self.watch.follow_prefect(),
            self.watch.compare(),
            _every(30 * 60, self.volumes.check_all),
            _every(5 * 60, self.volumes.remount_failed),
            _every(60, self.refresher.refresh_due),
            _every(60 * 60, self._shrink_cache),
            _every(60, self.alarms.look_at_reruns),
            _every(60 * 60, self.alarms.look_at_retention),
            _every(60 * 60, self.history.expire),
            _every(24 * 60 * 60, self._expire_trail),
        ]


def create_app(settings: Settings, scheduler: Scheduler | None = None) -> HttpApp:
    """The whole API as a Sanic app that opens and closes everything it needs.

    scheduler   the twin of tests; None speaks with the Prefect of the settings.
    """
    engine = scheduler or PrefectScheduler(settings.prefect_url, settings.prefect_auth)
    platform = Platform(settings, engine)
    answering = DatabaseHealth()
    app = make_app(
        settings,
        platform.services,
        checks={
            "database": answering.check,
            "api": answering.needs_restart,
            "prefect": platform.reconciler.problem,
            "worker": platform.control.worker_problem,
            "appSecret": platform.key_check.problem,
        },
        remarks={
            "disk": platform.system.low_disk_space,
            "hosts": platform.reconciler.hosts_without_worker,
        },
    )
    add_routes(app)
    stack = AsyncExitStack()

    async def start(_: HttpApp) -> None:
        # Requests run restic too, and this may be a host without a worker that would look.
        if swept := process.sweep_secret_files(settings.run_dir):
            _log.info("removed secret files that a dead process left", folders=swept)
        locks.sweep(settings.run_dir)
        await migrate.upgrade(settings.database_url)
        await stack.enter_async_context(connection.database(settings.database_url))
        await platform.prepare()
        stack.callback(answering.close)
        stack.push_async_callback(engine.aclose)
        for part in (platform.sizes, platform.notifications, platform.alarms):
            stack.push_async_callback(part.aclose)
        for part in (platform.snapshots, platform.files):
            stack.push_async_callback(part.aclose)
        stack.push_async_callback(
            aio.cancel_all, [aio.start_background(loop) for loop in platform.loops()]
        )

    async def stop(_: HttpApp) -> None:
        await stack.aclose()

    app.register_listener(start, "before_server_start")
    app.register_listener(stop, "after_server_stop")
    return app


def add_routes(app: HttpApp) -> None:
    """Put every room's routes into an app."""
    for blueprint in (
        accounts_auth, auth_v1, volumes_v1, repositories_v1, backups_v1, notifications_v1, tasks_v1,
        events_v1, system_v1, control, audit_v1,
    ):  # fmt: skip
        app.blueprint(blueprint)
    middleware.require_auth_for_unknown_paths(app, *_MEMBERS_ONLY)


async def _every(seconds: float, work: Any) -> None:
    failed = FailureLog(_log, "a periodic job failed; it is tried again")
    while True:
        try:
            await work()
        except Exception as error:  # a round that failed must not end the rounds
            failed.failed(error, job=work.__name__)
        await asyncio.sleep(seconds)


def openapi_text() -> str:
    """The OpenAPI document as it is committed: sorted, indented, with a last newline."""
    settings = Settings.load({"APP_SECRET": "0" * 32}, keep_secrets=False)
    app = make_app(settings, {}, name="zerobyte_openapi")
    add_routes(app)
    return json.dumps(openapi.document(app), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Serve the API until SIGTERM or SIGINT; a wrong setting ends it with one sentence."""
    api_process.run(create_app)


if __name__ == "__main__":
    main()
