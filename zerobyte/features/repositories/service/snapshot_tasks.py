"""Tasks that change named snapshots of a repository: deletions and changes of tags."""

import hashlib

from zerobyte.core.errors import Failed
from zerobyte.features.repositories import models
from zerobyte.features.repositories.service.repositories import NOT_FOUND
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import RepositoryTarget
from zerobyte.features.tasks.schemas.inputs import DeleteSnapshotsInput, TagSnapshotsInput
from zerobyte.features.tasks.service import NewTask


def snapshot_task(
    row: models.Repository,
    task_input: DeleteSnapshotsInput | TagSnapshotsInput,
    *,
    host: str,
    change: str,
    busy: str,
) -> NewTask:
    """Return a task that needs the repository for itself.

    change  text that is equal for equal changes: two equal ones are never active together.
    busy    the error message for the second one.
    """
    digest = hashlib.sha256(change.encode()).hexdigest()
    return NewTask(
        organization_id=row.organization_id,
        kind=task_input.kind,
        resource_type="repository",
        resource_id=row.short_id,
        host=host,
        input=task_input,
        target=RepositoryTarget(
            label=row.name, secondary=None, repository_short_id=row.short_id, snapshot_id=None
        ),
        active_key=f"{task_input.kind}:{row.id}:{digest}",
        busy=busy,
        repository_id=row.id,
        lease_mode="exclusive",
        flow=f"snapshots/{host}",
    )


async def repository_of(task: Task) -> models.Repository:
    """Return the repository of such a task. Raises Failed if it was deleted."""
    row = await models.Repository.get_or_none(
        short_id=task.resource_id, organization_id=task.organization_id
    )
    if row is None:
        raise Failed(NOT_FOUND)
    return row
