"""Rows of tasks, workers and worker tokens."""

from typing import Any, Final

from tortoise import fields

from zerobyte.contract.jobs import LeaseMode
from zerobyte.core import clock, ids
from zerobyte.db.base import Row, json_field, key_field, moment_field, number_field, text_field
from zerobyte.db.query_cache import CachedQuery, RowCache
from zerobyte.features.tasks.schemas.inputs import StoredInput

RUNNING: Final = ("running", "cancelling")
ACTIVE: Final = ("queued", *RUNNING)
WORKER_CONNECTED_MS: Final = 30_000
"""How long after its last heartbeat a worker counts as connected."""
MAX_CLOCK_SKEW_MS: Final = 5 * 60_000
"""Tolerated difference between the clocks of a worker's host and of the API."""


class Task(Row):
    """One piece of work, from queue to end; it keeps the names from its creation.

    active_key      unique while the task is active, None afterwards: the database rejects a
                    second active task of the same kind on the same resource.
    repository_id   repository whose lease the task needs; None if it needs no lease.
    host            host whose worker runs the task.
    flow_run_id     Prefect's flow run; None until Prefect has created it.
    due_key         due time of the schedule that the task serves, see `core.cron.key`: the
                    database rejects a second task for it. None if no due time is served.
    flow            deployment that starts the task, as `flow/name`; None for a follow-up task.
    parent_id       task that this one follows; it runs in its flow run unless it has a `flow`.
    trigger         manual | scheduled | followUp.
    rerun_of        interrupted task that this one repeats (T15).
    """

    id: str = key_field(36, primary_key=True, default=ids.uuid7)
    organization: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Organization", related_name=False, on_delete=fields.CASCADE
    )
    organization_id: str
    kind = fields.CharField(max_length=32)
    status = fields.CharField(max_length=16, default="queued")
    outcome = fields.CharField(max_length=16, null=True)
    resource_type = fields.CharField(max_length=32)
    resource_id = fields.CharField(max_length=36)
    operation_key = fields.CharField(max_length=128, null=True)
    target_agent_id = fields.CharField(max_length=255, null=True)
    active_key = fields.CharField(max_length=160, null=True, unique=True)
    due_key = fields.CharField(max_length=128, null=True, unique=True)
    repository_id = fields.CharField(max_length=36, null=True, db_index=True)
    lease_mode = fields.CharField(max_length=9, default="shared")
    host = fields.CharField(max_length=255)
    trigger = fields.CharField(max_length=16, default="manual")
    flow = fields.CharField(max_length=64, null=True)
    rerun_of = fields.CharField(max_length=36, null=True)
    parent_id = fields.CharField(max_length=36, null=True, db_index=True)
    flow_run_id = fields.CharField(max_length=36, null=True, db_index=True)
    input: dict[str, Any] = json_field()
    progress: dict[str, Any] | None = json_field(null=True)
    result: dict[str, Any] | None = json_field(null=True)
    error: str | None = text_field()
    message: str | None = text_field()
    target: dict[str, Any] = json_field()
    cancellation_requested = fields.BooleanField(default=False)
    started_at = fields.BigIntField(null=True)
    finished_at = fields.BigIntField(null=True)

    class Meta:
        table = "tasks"
        indexes = (
            ("organization_id", "status"),
            ("organization_id", "created_at"),
            ("resource_type", "resource_id", "status"),
        )

    @property
    def label(self) -> str:
        """Name of the task's schedule, snapshot or repository when the task was created."""
        return str(self.target.get("label", ""))

    @property
    def stored_input(self) -> StoredInput:
        """Fields of the input that the API reads or changes later; damaged ones are None."""
        return StoredInput.model_validate(self.input)

    @property
    def is_dry_run(self) -> bool:
        """Return True for a backup that only reports what it would save."""
        return self.kind == "backup" and self.input.get("dryRun") is True

    def input_with(self, changes: StoredInput) -> dict[str, Any]:
        """Return the input with those fields replaced that `changes` sets."""
        return {**self.input, **changes.stored()}

    @property
    def wanted_leases(self) -> dict[str, LeaseMode]:
        """Leases that the task needs, by repository; a copy to a mirror also reads its source."""
        if self.repository_id is None:
            return {}
        mode: LeaseMode = "exclusive" if self.lease_mode == "exclusive" else "shared"
        source = self.input.get("sourceRepositoryId") if self.kind == "mirrorSync" else None
        wanted: dict[str, LeaseMode] = {self.repository_id: mode}
        if source:
            wanted[str(source)] = "shared"
        return wanted

    @property
    def has_own_run(self) -> bool:
        """Returns True if the task has a flow run of its own, not that of its parent."""
        return self.parent_id is None or self.flow is not None


class WorkerRow(Row):
    """A registered worker; `seen_at` is the epoch ms of its last heartbeat.

    present_since   start of its heartbeats without a longer pause; None in rows of old versions.
    """

    host = fields.CharField(max_length=255, primary_key=True)
    boot_id = fields.CharField(max_length=64)
    pid = fields.IntField()
    pid_started = fields.BigIntField()
    seen_at: int = number_field(clock.now_ms)
    present_since: int | None = moment_field()

    class Meta:
        table = "workers"


_WORKERS: Final = CachedQuery(WorkerRow.all)
_SEEN_AT: Final = RowCache[tuple[str, int]](lambda row: (row["host"], row["seen_at"]), most=2048)


async def connected_hosts() -> frozenset[str]:
    """Return the hosts whose worker has sent a heartbeat within the last 30 seconds."""
    since = clock.now_ms() - WORKER_CONNECTED_MS
    seen = await _WORKERS.mapped(_SEEN_AT)
    return frozenset(host for host, seen_at in seen if seen_at >= since)


async def busy_repositories(*, host: str) -> set[str] | None:
    """Return the repositories that active tasks use; None while a task is active on `host`."""
    active = await Task.filter(status__in=ACTIVE).values_list("host", "repository_id")
    if any(task_host == host for task_host, _ in active):
        return None
    return {str(repository_id) for _, repository_id in active}


def waits_for(host: str) -> str:
    """Return the message of runs that wait until a worker of their host connects."""
    return f"No worker of host {host} is connected; the run waits"


class WorkerToken(Row):
    """The token of one worker; only its SHA-256 is stored.

    host            the only host whose jobs the token can claim.
    last_used_at    epoch ms of the last accepted request, written at most once a minute.
    revoked_at      epoch ms; None while the token is accepted.
    """

    id: str = key_field(36, primary_key=True, default=ids.uuid7)
    host = fields.CharField(max_length=255, db_index=True)
    token_hash: str = key_field(64, unique=True)
    last_used_at: int | None = moment_field()
    revoked_at: int | None = moment_field()

    class Meta:
        table = "worker_tokens"
