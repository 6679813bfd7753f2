"""Build every service of one API process and connect them; opens no file and no connection.

The import rules let a service call those of lower layers. A lower layer that must ask a higher one
gets the function as a parameter; finished and stopped tasks are events (`_subscribe`).
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, TypeVar

from zerobyte.core.secrets import Sealer
from zerobyte.core.worker_tokens import LOCAL_HOST
from zerobyte.db.leases import Leases
from zerobyte.features.audit.service import AuditLog
from zerobyte.features.auth.service import (
    Accounts,
    KeyCheck,
    Organizations,
    StepUp,
    make_services,
)
from zerobyte.features.backups.service import (
    Assignments,
    CompletionHandler,
    DeploymentSync,
    DueRunStarter,
    FailureAlerts,
    JobBuilder,
    MirrorCompletion,
    Mirrors,
    OrganizationContents,
    ReportCheck,
    RetentionPreviews,
    RunStarter,
    ScheduleEditor,
    ScheduleReader,
    ScheduleWebhooks,
    TaskHistory,
    references,
)
from zerobyte.features.control.service import WorkerApi
from zerobyte.features.events.bus import EventBus
from zerobyte.features.notifications.service import Notifications
from zerobyte.features.repositories.service import (
    Doctor,
    Downloads,
    Refresher,
    Repositories,
    Restores,
    SnapshotDiffs,
    SnapshotFiles,
    Snapshots,
    SnapshotTags,
    StatsRefresher,
    TreeCache,
    TreePrefetcher,
    TreeStore,
)
from zerobyte.features.system.service import System
from zerobyte.features.tasks.service import (
    Dispatcher,
    RunAnnouncements,
    StallTracker,
    TaskReader,
    TaskReaper,
    Tasks,
    WorkerTokens,
)
from zerobyte.features.volumes.service import Volumes
from zerobyte.hosts.api import HostApi
from zerobyte.hosts.local import LocalHost
from zerobyte.orchestration.scheduler import Scheduler
from zerobyte.settings import Settings

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class _Resources:
    """The services that the schedules use: accounts, tasks, volumes, repositories.

    auth        the services of accounts, by type.
    """

    settings: Settings
    scheduler: Scheduler
    auth: dict[type, object]
    sealer: Sealer
    host_api: HostApi
    key_check: KeyCheck
    audit_log: AuditLog
    accounts: Accounts
    bus: EventBus
    leases: Leases
    deployment_sync: DeploymentSync
    stalls: StallTracker
    tasks: Tasks
    task_reader: TaskReader
    worker_tokens: WorkerTokens
    volumes: Volumes
    notifications: Notifications
    repositories: Repositories
    snapshots: Snapshots
    snapshot_tags: SnapshotTags
    stats_refresher: StatsRefresher
    snapshot_files: SnapshotFiles
    tree_prefetcher: TreePrefetcher
    refresher: Refresher
    restores: Restores
    doctor: Doctor


@dataclass(frozen=True, kw_only=True)
class Services(_Resources):
    """Every service of one API process, connected."""

    schedule_webhooks: ScheduleWebhooks
    schedule_editor: ScheduleEditor
    schedule_reader: ScheduleReader
    assignments: Assignments
    mirrors: Mirrors
    mirror_completion: MirrorCompletion
    snapshot_diffs: SnapshotDiffs
    downloads: Downloads
    run_starter: RunStarter
    retention_previews: RetentionPreviews
    due_runs: DueRunStarter
    completion: CompletionHandler
    alerts: FailureAlerts
    dispatcher: Dispatcher
    announcements: RunAnnouncements
    reaper: TaskReaper
    task_history: TaskHistory
    worker_api: WorkerApi
    system: System

    def by_type(self) -> dict[type, object]:
        """Return the services that route functions take as parameters, by type."""
        parts: tuple[object, ...] = (
            self.announcements, self.assignments, self.bus, self.doctor, self.downloads,
            self.mirrors, self.notifications, self.repositories, self.restores,
            self.retention_previews, self.run_starter, self.schedule_editor, self.schedule_reader,
            self.snapshot_diffs, self.snapshot_files, self.snapshot_tags, self.snapshots,
            self.system, self.task_reader, self.tasks, self.volumes, self.worker_api,
            self.worker_tokens,
        )  # fmt: skip
        return self.auth | {type(part): part for part in parts}

    async def aclose(self) -> None:
        """Stop the background work of the services, in reverse order of construction."""
        async with AsyncExitStack() as stack:
            for part in (
                self.notifications, self.snapshots, self.stats_refresher, self.snapshot_files,
                self.tree_prefetcher, self.alerts, self.snapshot_diffs,
            ):  # fmt: skip
                stack.push_async_callback(part.aclose)


def build_services(settings: Settings, scheduler: Scheduler) -> Services:
    """Return the services of one API process, connected with each other."""
    base = _build_resources(settings, scheduler)
    webhooks = ScheduleWebhooks(sealer=base.sealer)
    due_runs = DueRunStarter(
        settings=settings,
        tasks=base.tasks,
        scheduler=scheduler,
        notifications=base.notifications,
        deployment_sync=base.deployment_sync,
    )
    announcements = RunAnnouncements()
    services = Services(
        **{field.name: getattr(base, field.name) for field in fields(base)},
        schedule_webhooks=webhooks,
        schedule_editor=ScheduleEditor(
            settings=settings,
            tasks=base.task_reader,
            volumes=base.volumes,
            webhooks=webhooks,
            deployment_sync=base.deployment_sync,
        ),
        schedule_reader=ScheduleReader(activities=base.stalls),
        assignments=Assignments(notifications=base.notifications),
        mirrors=Mirrors(tasks=base.tasks, repositories=base.repositories, snapshots=base.snapshots),
        mirror_completion=MirrorCompletion(snapshots=base.snapshots),
        snapshot_diffs=_build_snapshot_diffs(base),
        downloads=_build_downloads(base),
        run_starter=RunStarter(tasks=base.tasks, volumes=base.volumes),
        retention_previews=RetentionPreviews(tz=settings.tz),
        due_runs=due_runs,
        completion=CompletionHandler(settings=settings, snapshots=base.snapshots),
        alerts=FailureAlerts(
            notifications=base.notifications, retention_days=settings.retention_alarm_days
        ),
        dispatcher=Dispatcher(
            scheduler=scheduler,
            repair=base.deployment_sync.repair,
            announcements=announcements,
        ),
        announcements=announcements,
        reaper=TaskReaper(tasks=base.tasks, leases=base.leases, scheduler=scheduler),
        task_history=TaskHistory(days=settings.task_history_days, most=settings.task_history_max),
        worker_api=_build_worker_api(base, webhooks, due_runs),
        system=_build_system(base),
    )
    _subscribe(services)
    return services


def _build_resources(settings: Settings, scheduler: Scheduler) -> _Resources:
    sealer, bus, leases = Sealer(settings.app_secret), EventBus(), Leases()
    host_api = LocalHost.from_settings(settings)
    stalls = StallTracker(stalled_after_minutes=settings.stalled_after_minutes)
    tasks = Tasks(bus=bus, leases=leases, activities=stalls)
    volumes = _build_volumes(settings, sealer, bus, host_api)
    repositories = _build_repositories(settings, sealer, leases, host_api)
    snapshots = Snapshots(
        repositories=repositories, tasks=tasks, host=LOCAL_HOST, tz=settings.tz,
        policy_of=references.policy_of,
    )  # fmt: skip
    files = _build_snapshot_files(settings, repositories, snapshots)
    sync = DeploymentSync(settings=settings, scheduler=scheduler)
    data = OrganizationContents(volumes=volumes, repositories=repositories, deployment_sync=sync)
    auth = make_services(settings, sealer, organization_data=data)
    return _Resources(
        settings=settings,
        scheduler=scheduler,
        auth=auth,
        sealer=sealer,
        host_api=host_api,
        key_check=KeyCheck(settings.app_secret, sealer),
        audit_log=_service(auth, AuditLog),
        accounts=_service(auth, Accounts),
        bus=bus,
        leases=leases,
        deployment_sync=sync,
        stalls=stalls,
        tasks=tasks,
        task_reader=TaskReader(activities=stalls),
        worker_tokens=WorkerTokens(),
        volumes=volumes,
        notifications=Notifications(settings=settings, sealer=sealer, bus=bus),
        repositories=repositories,
        snapshots=snapshots,
        snapshot_tags=_build_snapshot_tags(repositories, snapshots, tasks),
        stats_refresher=StatsRefresher(repositories=repositories, host=LOCAL_HOST),
        snapshot_files=files,
        tree_prefetcher=TreePrefetcher(files=files, host=LOCAL_HOST),
        refresher=Refresher(
            snapshots=snapshots, files=files, every_minutes=settings.snapshot_refresh_minutes
        ),
        restores=_build_restores(settings, volumes, repositories, snapshots, files, tasks=tasks),
        doctor=Doctor(repositories=repositories, tasks=tasks, host=LOCAL_HOST),
    )


def _build_volumes(settings: Settings, sealer: Sealer, bus: EventBus, host_api: HostApi) -> Volumes:
    return Volumes(
        settings=settings,
        sealer=sealer,
        bus=bus,
        host_api=host_api,
        refuse_delete=references.refuse_used_volume,
        refuse_unmount=references.refuse_read_volume,
        is_read=references.is_read,
    )


def _build_repositories(
    settings: Settings, sealer: Sealer, leases: Leases, host_api: HostApi
) -> Repositories:
    return Repositories(
        settings=settings,
        sealer=sealer,
        password_of=Organizations(sealer).repository_password,
        leases=leases,
        host_api=host_api,
        refuse_delete=references.refuse_used_repository,
    )


def _build_restores(
    settings: Settings,
    volumes: Volumes,
    repositories: Repositories,
    snapshots: Snapshots,
    files: SnapshotFiles,
    *,
    tasks: Tasks,
) -> Restores:
    return Restores(
        settings=settings,
        repositories=repositories,
        snapshots=snapshots,
        files=files,
        tasks=tasks,
        is_read_only=references.is_read_only,
        volume_folders=partial(references.volume_folders, volumes.source_path),
    )


def _build_snapshot_tags(
    repositories: Repositories, snapshots: Snapshots, tasks: Tasks
) -> SnapshotTags:
    return SnapshotTags(
        repositories=repositories,
        snapshots=snapshots,
        tasks=tasks,
        schedules_of=references.schedules_of,
    )


def _build_snapshot_files(
    settings: Settings, repositories: Repositories, snapshots: Snapshots
) -> SnapshotFiles:
    store = TreeStore(
        settings.tree_index, max_bytes=settings.tree_index_bytes, spare_folder=settings.run_dir
    )
    return SnapshotFiles(repositories=repositories, snapshots=snapshots, trees=TreeCache(store))


def _build_snapshot_diffs(base: _Resources) -> SnapshotDiffs:
    return SnapshotDiffs(
        repositories=base.repositories, snapshots=base.snapshots, files=base.snapshot_files
    )


def _build_downloads(base: _Resources) -> Downloads:
    return Downloads(
        repositories=base.repositories,
        snapshots=base.snapshots,
        files=base.snapshot_files,
        bus=base.bus,
    )


def _build_worker_api(
    base: _Resources, webhooks: ScheduleWebhooks, due_runs: DueRunStarter
) -> WorkerApi:
    return WorkerApi(
        tasks=base.tasks,
        leases=base.leases,
        due_runs=due_runs,
        jobs=JobBuilder(
            settings=base.settings,
            volumes=base.volumes,
            notifications=base.notifications,
            repositories=base.repositories,
            webhooks=webhooks,
        ),
        restores=base.restores,
        snapshots=base.snapshots,
        doctor=base.doctor,
        snapshot_tags=base.snapshot_tags,
        notifications=base.notifications,
        reports=ReportCheck(snapshots=base.snapshots),
        lease_wait_s=base.settings.lease_wait_s,
    )


def _build_system(base: _Resources) -> System:
    return System(
        settings=base.settings,
        accounts=base.accounts,
        organizations=_service(base.auth, Organizations),
        second_factor=_service(base.auth, StepUp),
    )


def _subscribe(services: Services) -> None:
    """Connect the tasks to the services that a created, stopped or finished task concerns."""
    tasks, completion = services.tasks, services.completion
    tasks.finishers.update(
        backup=completion.backup,
        forget=completion.forget,
        restore=services.restores.ended,
        deleteSnapshots=completion.delete_snapshots,
        mirrorSync=services.mirror_completion.finished,
        doctor=services.doctor.ended,
        tagSnapshots=services.snapshot_tags.ended,
    )
    tasks.on_open.append(services.dispatcher.wake)
    tasks.on_finish.append(services.stats_refresher.on_task_end)
    tasks.on_finish.append(services.tree_prefetcher.on_task_end)
    tasks.on_unreported_failure.append(services.alerts.failed)
    tasks.on_cancel.append(services.reaper.cancel_in_prefect)


def _service(services: dict[type, object], kind: type[_T]) -> _T:
    """Return the service of a type. Raises TypeError: it is missing or of another type."""
    service: Any = services.get(kind)
    if not isinstance(service, kind):
        raise TypeError(f"no service of the type {kind.__name__}")
    return service
