"""Database rows of repositories and of the snapshot index."""

from typing import Any

from tortoise import fields

from zerobyte.core import ids
from zerobyte.db.base import Row, json_field, key_field, moment_field, text_field


class Repository(Row):
    """A restic repository; its secrets are encrypted inside `config`.

    accepted_snapshots  full ids of suspect snapshots that a user accepted; unlike the rest of the
                        index, the repository cannot provide them again.
    last_pruned_at      start of the last retention or deletion that pruned, epoch ms.
    unpruned_since      end of the first removal since then that left unused data, epoch ms.
    location_key        SHA-256 of the normalized location: one organization cannot register the
                        same storage twice. None until the location is first computed.
    """

    id: str = key_field(36, primary_key=True, default=ids.uuid7)
    short_id: str = key_field(8, unique=True, default=ids.short_id)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False
    )
    organization_id: str
    provisioning_id = fields.CharField(max_length=255, null=True, unique=True)
    name = fields.CharField(max_length=255)
    type = fields.CharField(max_length=16)
    config: dict[str, Any] = json_field()
    compression_mode = fields.CharField(max_length=8, default="auto")
    status = fields.CharField(max_length=16, default="unknown")
    last_checked = fields.BigIntField(null=True)
    last_error: str | None = text_field()
    doctor_result: dict[str, Any] | None = json_field(null=True)
    stats: dict[str, Any] | None = json_field(null=True)
    stats_updated_at = fields.BigIntField(null=True)
    snapshots_refreshed_at = fields.BigIntField(null=True)
    accepted_snapshots: list[str] | None = json_field(null=True, default=list)
    location_key = fields.CharField(max_length=64, null=True)
    last_pruned_at: int | None = moment_field()
    unpruned_since: int | None = moment_field()

    class Meta:
        table = "repositories"
        unique_together = (("organization_id", "name"), ("organization_id", "location_key"))


class Snapshot(Row):
    """One snapshot of the index, which can be rebuilt from the repository at any time.

    time_ms         time of the snapshot, epoch ms; `record` has restic's own text.
    schedule_id     short id of the schedule whose tag the snapshot has, if any.
    is_suspect      far fewer files than the snapshot before: retention ignores it.
    is_incomplete   restic ended with exit code 3: some files could not be read.
    selection       what the schedule selected for the snapshot (includes, excludes, one file
                    system); None for snapshots that this platform did not create.
    record          a `SnapshotRecord` as JSON.
    """

    id = fields.BigIntField(primary_key=True)
    repository: fields.ForeignKeyRelation[Repository] = fields.ForeignKeyField(
        "models.Repository", related_name="snapshots", on_delete=fields.CASCADE
    )
    repository_id: str
    snapshot_id: str = key_field(64)
    short_id: str = key_field(8)
    time_ms = fields.BigIntField()
    schedule_id = fields.CharField(max_length=8, null=True)
    is_suspect = fields.BooleanField(default=False)
    is_incomplete = fields.BooleanField(default=False, db_default=False)
    selection: dict[str, Any] | None = json_field(null=True)
    record: dict[str, Any] = json_field()

    class Meta:
        table = "snapshots"
        unique_together = (("repository_id", "snapshot_id"),)
        indexes = (("repository_id", "schedule_id", "time_ms"),)


class StatsPoint(Row):
    """The size of a repository at one time, for its history.

    stats   a `RepositoryStats` as JSON.
    """

    id = fields.BigIntField(primary_key=True)
    repository: fields.ForeignKeyRelation[Repository] = fields.ForeignKeyField(
        "models.Repository", related_name=False, on_delete=fields.CASCADE
    )
    repository_id: str
    recorded_at = fields.BigIntField()
    stats: dict[str, Any] = json_field()

    class Meta:
        table = "repository_stats_points"
        indexes = (("repository_id", "recorded_at"),)


class RepositoryCheck(Row):
    """A completed check of a repository.

    read_data_subset    the share of the data that was read; None for the structure alone.
    success             the check found no error.
    """

    id = fields.BigIntField(primary_key=True)
    repository: fields.ForeignKeyRelation[Repository] = fields.ForeignKeyField(
        "models.Repository", related_name=False, on_delete=fields.CASCADE
    )
    repository_id: str
    checked_at = fields.BigIntField()
    read_data_subset = fields.CharField(max_length=16, null=True)
    success = fields.BooleanField()

    class Meta:
        table = "repository_checks"
        indexes = (("repository_id", "checked_at"),)
