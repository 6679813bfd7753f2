"""Create, update, order and delete schedules."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import cron
from zerobyte.core.errors import Conflict, Invalid, NotFound
from zerobyte.core.ids import short_id
from zerobyte.db import constraints
from zerobyte.features.backups import present
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.schemas import CreateSchedule, ScheduleView, UpdateSchedule
from zerobyte.features.backups.service import mirror_tasks, overdue_retention
from zerobyte.features.backups.service.deployment_sync import DeploymentSync
from zerobyte.features.backups.service.schedule_queries import find
from zerobyte.features.backups.service.schedule_webhooks import ScheduleWebhooks
from zerobyte.features.backups.service.sources import check_includes
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.service import TaskReader
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import Volumes
from zerobyte.http.auth import Actor
from zerobyte.restic import extra_flags, patterns
from zerobyte.settings import Settings

_NAME_TAKEN = "A backup schedule with this name already exists"
_COPIED_FIELDS = (
    "enabled", "timezone", "exclude_patterns", "exclude_if_present", "include_paths",
    "include_patterns", "one_file_system", "custom_restic_params", "compression_mode",
    "max_retries", "catch_up", "prune",
)  # fmt: skip
_EDITABLE = (
    *_COPIED_FIELDS, "name", "cron_expression", "repository_id", "retention_policy",
    "retry_delay_ms", "jitter_s", "backup_webhooks",
)  # fmt: skip


class ScheduleEditor:
    """Creates, updates, orders and deletes schedules, and requests their deployments."""

    def __init__(
        self,
        *,
        settings: Settings,
        tasks: TaskReader,
        volumes: Volumes,
        webhooks: ScheduleWebhooks,
        deployment_sync: DeploymentSync,
    ) -> None:
        self._settings = settings
        self._tasks = tasks
        self._volumes = volumes
        self._webhooks = webhooks
        self._deployment_sync = deployment_sync

    async def create(self, actor: Actor, body: CreateSchedule) -> ScheduleView:
        """Create a schedule and request its deployment.

        Raises
            Invalid     cron, zone, retention, patterns or custom parameters are invalid.
            NotFound    the organization has no such volume or repository.
            Conflict    the name is taken.
        """
        row = Schedule(
            short_id=short_id(),
            organization_id=actor.organization_id,
            name=body.name,
            **{name: getattr(body, name) for name in _COPIED_FIELDS},
        )
        row.cron_expression = _cron(body.cron_expression, enabled=body.enabled)
        self._check_options(body)
        if await Schedule.exists(organization_id=actor.organization_id, name=body.name):
            raise Conflict(_NAME_TAKEN)
        volume = await _volume(actor, body.volume_id)
        repository = await _repository(actor, body.repository_id)
        await self._check_includes(row, volume)
        row.volume_id = volume.id
        row.repository_id = repository.id
        self._set_structured(row, body, set(type(body).model_fields))
        self.set_next_due_time(row)
        await _save(row)
        return await self._after_change(row)

    async def update(self, actor: Actor, key: str, body: UpdateSchedule) -> ScheduleView:
        """Update the fields that were sent.

        A running backup is not affected. Raises the errors of `create`.
        """
        row = await find(actor, key)
        before = {name: getattr(row, name) for name in _EDITABLE}
        sent = body.model_fields_set
        if "name" in sent:
            row.name = body.name
        for name in sent.intersection(_COPIED_FIELDS):
            setattr(row, name, getattr(body, name))
        expression = body.cron_expression if "cron_expression" in sent else row.cron_expression
        if sent & {"cron_expression", "enabled"}:
            row.cron_expression = _cron(expression, enabled=row.enabled)
        self._check_options(body)
        if "repository_id" in sent:
            row.repository_id = (await _repository(actor, body.repository_id)).id
            await mirror_tasks.refuse_mirror_as_primary(row)
        self._set_structured(row, body, sent)
        changed = {name for name in before if getattr(row, name) != before[name]}
        if changed & {"include_paths", "include_patterns"}:
            await self._check_includes(row, await Volume.get(id=row.volume_id))
        if changed & {"cron_expression", "timezone", "enabled"}:
            row.retry_at = None
            self.set_next_due_time(row)
            changed |= {"retry_at", "next_backup_at"}
        changed |= overdue_retention.reset(row, changed)
        # Save only changed columns: a run may update the others at the same time.
        await _save(row, changed)
        return await self._after_change(row)

    async def delete(self, actor: Actor, key: str) -> None:
        """Delete a schedule; its snapshots and its history stay.

        Raises
            Conflict    a backup of it is running.
        """
        row = await find(actor, key)
        if await self._tasks.busy_resources("backup", [row.short_id]):
            raise Conflict(
                "A backup of this schedule is running; wait for it or cancel it, then delete"
            )
        await row.delete()
        self._deployment_sync.request(row.short_id)

    async def reorder(self, actor: Actor, short_ids: list[str]) -> None:
        """Put these schedules first, in this order; the others follow in their current order."""
        if len(set(short_ids)) != len(short_ids):
            raise Invalid("Duplicate schedule IDs in reorder request")
        async with in_transaction():
            rows = await Schedule.filter(organization_id=actor.organization_id).order_by(
                "sort_order", "id"
            )
            known = {row.short_id: row for row in rows}
            for requested in short_ids:
                if requested not in known:
                    raise NotFound(f"Backup schedule with short ID {requested} not found")
            rest = [row.short_id for row in rows if row.short_id not in set(short_ids)]
            for position, short in enumerate([*short_ids, *rest]):
                known[short].sort_order = position
            if rows:
                await Schedule.bulk_update(rows, fields=["sort_order"], batch_size=500)

    def set_next_due_time(self, row: Schedule) -> None:
        """Set the next due time; None if the schedule runs only on request.

        Raises
            Invalid     the stored zone is unreadable: it must be corrected in this request.
        """
        try:
            row.next_backup_at = row.next_due_at(self._settings.tz)
        except ValueError as error:
            raise Invalid.at(["timezone"], str(error)) from error

    def _set_structured(
        self, row: Schedule, body: CreateSchedule | UpdateSchedule, sent: set[str]
    ) -> None:
        if "retention_policy" in sent:
            row.retention_policy = _policy(body.retention_policy)
        if "retry_delay" in sent:
            row.retry_delay_ms = round(body.retry_delay * 60_000)
        if "jitter_seconds" in sent:
            row.jitter_s = body.jitter_seconds
        if "backup_webhooks" in sent:
            row.backup_webhooks = self._webhooks.encrypt(row, body.backup_webhooks)

    def _check_options(self, body: CreateSchedule | UpdateSchedule) -> None:
        if body.timezone is not None:
            try:
                cron.zone(body.timezone)
            except ValueError as error:
                raise Invalid.at(["timezone"], str(error)) from error
        extra_flags.arguments(body.custom_restic_params)
        # Built only for validation: an entry that leaves the volume is rejected now and not in a
        # run at night. The folder itself does not matter for that.
        patterns.build(
            Path("/volume"),
            _options(body),
        )

    async def _check_includes(self, row: Schedule, volume: Volume) -> None:
        options = BackupOptions(
            include_paths=row.include_paths, include_patterns=row.include_patterns
        )
        if row.include_paths or row.include_patterns:
            await check_includes(self._settings, self._volumes, volume, options)

    async def _after_change(self, row: Schedule) -> ScheduleView:
        self._deployment_sync.request(row.short_id)
        running = await self._tasks.busy_resources("backup", [row.short_id])
        return present.view(row, is_running=bool(running))


def _options(body: CreateSchedule | UpdateSchedule) -> BackupOptions:
    return BackupOptions(
        include_paths=body.include_paths,
        include_patterns=body.include_patterns,
        exclude_patterns=body.exclude_patterns,
    )


def _cron(expression: str, *, enabled: bool) -> str:
    """Return a valid expression unchanged, and "" for blanks."""
    if not expression.strip():
        if enabled:
            raise Invalid("Enabled schedules require a cron expression")
        return ""
    try:
        cron.normalize(expression)
    except ValueError as error:
        issue = Invalid.at(["cronExpression"], str(error))
        raise Invalid(f"Invalid cron expression: {error}", issues=issue.issues) from error
    return expression


def _policy(policy: RetentionPolicy | None) -> dict[str, Any] | None:
    """Return the stored form: no field at all keeps everything, only zeros are rejected."""
    if policy is None or not policy.model_fields_set:
        return None
    if not policy.has_rules():
        raise Invalid.at(
            ["retentionPolicy"],
            "This retention policy would keep nothing; leave it empty to keep every snapshot",
        )
    return policy.model_dump(by_alias=True)


async def _volume(actor: Actor, key: int | str) -> Volume:
    """Return a volume by its number, its number in digits, or its short id."""
    own = Volume.filter(organization_id=actor.organization_id)
    row = None if isinstance(key, int) else await own.get_or_none(short_id=key)
    if row is None and str(key).isascii() and str(key).isdigit() and len(str(key)) < 10:
        row = await own.get_or_none(id=int(key))
    if row is None:
        raise NotFound("Volume not found")
    return row


async def _repository(actor: Actor, key: str) -> Repository:
    """Return a repository by its UUID or its short id."""
    own = Repository.filter(organization_id=actor.organization_id)
    row = await own.get_or_none(id=key) or await own.get_or_none(short_id=key)
    if row is None:
        raise NotFound("Repository not found")
    return row


async def _save(row: Schedule, changed: Collection[str] | None = None) -> None:
    try:
        async with in_transaction():
            await row.save(update_fields=changed)
    except IntegrityError as error:
        if not constraints.breaks_unique(error, "organization_id", "name"):
            raise
        raise Conflict(_NAME_TAKEN) from error
