"""Rows of backup schedules, of the notifications assigned to them, and of their mirrors."""

import hashlib
from typing import Any

from tortoise import fields
from tortoise.queryset import QuerySet

from zerobyte.core import clock, cron, ids
from zerobyte.db.base import (
    Row,
    json_field,
    key_field,
    moment_field,
    number_field,
    text_field,
)


class Schedule(Row):
    """A cron rule of one volume into one repository; its deployment is `backup/<short_id>`.

    retry_delay_ms      minutes on the wire.
    retry_at            time of the planned retry, epoch ms; None without one.
    timezone            IANA name; None means the server's zone.
    next_backup_at      the oldest due time that no run has claimed, epoch ms. The caller that
                        advances it gets the run; it lies in the past while a run is due.
    catch_up            True if one run makes up for all missed due times.
    jitter_s            longest delay after a due time, seconds; constant per schedule.
    last_status         status of the last run; "in progress" is derived and never stored.
    prune               how often retention prunes, see `PruneCadence`.
    last_retention_at   end of the last successful retention in this repository, epoch ms.
    retention_owed_since    end of the first good backup since the last successful retention.
    retention_told_at   when the alert about overdue retention was sent, epoch ms.
    """

    id = fields.IntField(primary_key=True)
    short_id: str = key_field(8, unique=True, default=ids.short_id)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False
    )
    organization_id: str
    volume: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Volume", related_name="schedules", on_delete=fields.RESTRICT
    )
    volume_id: int
    repository: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Repository", related_name="schedules", on_delete=fields.RESTRICT
    )
    repository_id: str
    name = fields.CharField(max_length=128)
    enabled = fields.BooleanField(default=True)
    cron_expression = fields.CharField(max_length=255, default="")
    timezone = fields.CharField(max_length=64, null=True)
    retention_policy: dict[str, Any] | None = json_field(null=True)
    exclude_patterns: list[str] = json_field(default=list)
    exclude_if_present: list[str] = json_field(default=list)
    include_paths: list[str] = json_field(default=list)
    include_patterns: list[str] = json_field(default=list)
    one_file_system = fields.BooleanField(default=False)
    custom_restic_params: list[str] = json_field(default=list)
    compression_mode = fields.CharField(max_length=8, null=True)
    backup_webhooks: dict[str, Any] | None = json_field(null=True)
    max_retries = fields.IntField(default=2)
    retry_delay_ms: int = number_field(15 * 60_000)
    retry_at: int | None = moment_field()
    catch_up = fields.BooleanField(default=True, db_default=True)
    jitter_s = fields.IntField(default=0, db_default=0)
    prune = fields.CharField(max_length=16, default="afterBackup", db_default="afterBackup")
    failure_retry_count = fields.IntField(default=0)
    last_backup_at = fields.BigIntField(null=True)
    last_status = fields.CharField(max_length=16, null=True)
    last_backup_error: str | None = text_field()
    next_backup_at: int | None = moment_field()
    last_retention_at: int | None = moment_field()
    retention_owed_since: int | None = moment_field()
    retention_told_at: int | None = moment_field()
    sort_order = fields.IntField(default=0)

    class Meta:
        table = "backup_schedules"
        unique_together = (("organization_id", "name"),)

    @property
    def start_delay_ms(self) -> int:
        """Delay of each run after its due time: constant, and spread evenly over schedules."""
        digest = hashlib.sha256(self.short_id.encode()).digest()
        return int.from_bytes(digest[:8]) % (self.jitter_s + 1) * 1000

    @property
    def next_run_at(self) -> int | None:
        """Epoch ms of the next automatic run; None if the schedule has none."""
        if not self.enabled:
            return None
        if self.retry_at is not None:
            return self.retry_at
        due_at = self.next_backup_at
        return None if due_at is None else due_at + self.start_delay_ms

    @property
    def is_started_by_prefect(self) -> bool:
        """Returns True if Prefect's own cron starts the runs.

        Prefect reads only plain expressions and starts runs at full minutes.
        """
        try:
            cron.zone(self.timezone or "UTC")
        except ValueError:
            return False
        return self.start_delay_ms == 0 and cron.is_plain(self.cron_expression)

    def next_due_at(self, default_zone: str) -> int | None:
        """Return the next due time, epoch ms; None without cron expression or if disabled.

        Raises
            ValueError      its zone cannot be read.
        """
        if not self.cron_expression or not self.enabled:
            return None
        return cron.next_after(
            self.cron_expression, timezone=self.timezone or default_zone, after_ms=clock.now_ms()
        )

    def with_same_times(self) -> QuerySet["Schedule"]:
        """Select the row only if it is enabled and its times are still those of this object."""
        return Schedule.filter(
            id=self.id, enabled=True, next_backup_at=self.next_backup_at, retry_at=self.retry_at
        )


class ScheduleNotification(Row):
    """The events of one schedule that one destination receives."""

    id = fields.IntField(primary_key=True)
    schedule: fields.ForeignKeyRelation[Schedule] = fields.ForeignKeyField(
        "models.Schedule", related_name="notifications", on_delete=fields.CASCADE
    )
    schedule_id: int
    destination: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Destination", related_name="assignments", on_delete=fields.CASCADE
    )
    destination_id: int
    notify_on_start = fields.BooleanField()
    notify_on_success = fields.BooleanField()
    notify_on_warning = fields.BooleanField()
    notify_on_failure = fields.BooleanField()

    class Meta:
        table = "schedule_notifications"
        unique_together = (("schedule_id", "destination_id"),)


class ScheduleMirror(Row):
    """A further repository that gets a copy of each snapshot of a schedule.

    enabled     False: only a user starts copies.
    """

    id = fields.IntField(primary_key=True)
    schedule: fields.ForeignKeyRelation[Schedule] = fields.ForeignKeyField(
        "models.Schedule", related_name="mirrors", on_delete=fields.CASCADE
    )
    schedule_id: int
    repository: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Repository", related_name="mirrored_schedules", on_delete=fields.RESTRICT
    )
    repository_id: str
    enabled = fields.BooleanField()

    class Meta:
        table = "schedule_mirrors"
        unique_together = (("schedule_id", "repository_id"),)
