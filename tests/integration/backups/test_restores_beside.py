"""Restores concurrent with retention of the same repository."""

from typing import Any

from tests.integration.backups.conftest import World
from tests.integration.backups.test_retention_runs import FAILURE
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service.restores import RestoreOptions, StoredRestoreInput
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import RepositoryTarget
from zerobyte.features.tasks.service import NewTask


async def restore_of(world: World, made: dict[str, Any]) -> Task:
    """Create a restore task directly, without checking its snapshot."""
    repository = await Repository.get(id=made["repositoryId"])
    options = RestoreOptions(
        snapshot_id="a" * 64, target="/srv/out", base_path="/srv", include=[], exclude=[],
        exclude_xattr=[], delete=False, overwrite="always", writes=["/srv/out"],
    )  # fmt: skip
    new = NewTask(
        organization_id="o1",
        kind="restore",
        resource_type="repository",
        resource_id=repository.short_id,
        host="local",
        repository_id=repository.id,
        input=StoredRestoreInput(
            repository_id=repository.short_id,
            snapshot_id="a" * 64,
            target="/srv/out",
            options=options,
        ),
        target=RepositoryTarget(
            label="x", secondary=None, repository_short_id=repository.short_id, snapshot_id=None
        ),
    )
    return await world.services.tasks.create(new)


async def test_retention_waits_for_a_running_restore(world: World) -> None:
    made = await world.schedule(retentionPolicy={"keepLast": 1})
    restore = await create_restore_task(world, made)
    assert (await world.claim(task_id=restore.id))["answer"] == "granted"
    answer = await world.client.post(f"/api/v1/backups/{made['shortId']}/forget")
    forget = answer.json()["taskId"]
    assert (await world.claim(task_id=forget))["holders"] == ["restore x"]
    later = await create_restore_task(world, made)
    answer = await world.claim(task_id=later.id)
    assert answer["answer"] == "granted", "a restore passes waiting retention"
    await world.ask("finish", {"taskId": restore.id, **FAILURE})
    assert (await world.claim(task_id=forget))["answer"] == "wait"
    await world.ask("finish", {"taskId": later.id, **FAILURE})
    assert (await world.claim(task_id=forget))["answer"] == "granted"
    last = await create_restore_task(world, made)
    assert (await world.claim(task_id=last.id))["answer"] == "wait"
