"""Preview retention: what a policy would keep and remove now, from the index alone."""

import asyncio
from typing import Final, cast

from zerobyte.contract.restic_output import ForgetPlan, KeepReason
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import cron
from zerobyte.core.errors import Conflict, Invalid
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups import schemas
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.retention_job import known_of_schedule
from zerobyte.features.backups.service.retention_policies import policy_of
from zerobyte.features.backups.service.schedule_queries import find
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import snapshot_index
from zerobyte.http.auth import Actor
from zerobyte.restic import forget_plan, forget_policy

_NEVER_LISTED: Final = (
    "The snapshots of the repository have not been listed yet. Refresh its list and try again"
)
_NO_RULES: Final = "no rule removes snapshots"


class RetentionPreviews:
    """Makes the plan of a schedule's retention without applying it."""

    def __init__(self, *, tz: str) -> None:
        """`tz` is the zone of schedules without one."""
        self._tz = tz

    async def preview(
        self, actor: Actor, key: str, body: schemas.PreviewRetention
    ) -> schemas.RetentionPreview:
        """Return the plan that a retention run would make now.

        Raises
            NotFound    no such schedule.
            Invalid     neither the request nor the schedule has a readable policy or zone.
            Conflict    the repository was never listed.
        """
        schedule = await find(actor, key)
        await schedule.fetch_related("repository")
        repository: Repository = schedule.repository
        if repository.snapshots_refreshed_at is None:
            raise Conflict(_NEVER_LISTED)
        policy = body.retention_policy or _stored_policy(schedule)
        entries = await snapshot_index.of_repository(repository.id, tag=schedule.short_id)
        records = {entry.record.id: entry.record for entry in entries}
        if policy.has_rules():
            known = await known_of_schedule(schedule.short_id, repository, parent_id=None)
            plan = await asyncio.to_thread(
                forget_plan.of_records,
                list(records.values()),
                policy,
                protected_ids=known.suspect,
                trusted_ids=known.trusted,
                incomplete_ids=known.incomplete,
                latest_ids=known.latest,
                zone=cron.zone(self._zone_of(schedule)),
            )
        else:
            keep = [KeepReason(snapshot_id=one, matches=[_NO_RULES]) for one in records]
            plan = ForgetPlan(keep=keep)

        def described(snapshot_id: str, reasons: list[str]) -> schemas.PlannedSnapshot:
            record = records[snapshot_id]
            return schemas.PlannedSnapshot(
                snapshot_id=record.id,
                short_id=record.short_id,
                time=forget_policy.Moment.parse(record.time).epoch_ms,
                reasons=reasons,
            )

        kept = [described(one.snapshot_id, one.matches) for one in plan.keep]
        return schemas.RetentionPreview(
            retention_policy=policy,
            kept=sorted(kept, key=lambda one: one.time),
            removed=sorted((described(one, []) for one in plan.remove), key=lambda one: one.time),
            listed_at=cast("int | None", repository.snapshots_refreshed_at or None),
        )

    def _zone_of(self, schedule: Schedule) -> str:
        name = schedule.timezone or self._tz
        try:
            cron.zone(name)
        except ValueError as error:
            raise Invalid(f"Retention cannot be planned: {error}. Correct the schedule") from error
        return name


def _stored_policy(schedule: Schedule) -> RetentionPolicy:
    try:
        policy = policy_of(schedule)
    except DamagedConfig as error:
        raise Invalid(error.message) from error
    return policy or RetentionPolicy()
