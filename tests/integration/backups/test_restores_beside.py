"""Restores pass waiting retention and hold it back while they read."""

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import FAILURE, create_restore_task


async def test_retention_waits_for_a_running_restore(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    restore = await create_restore_task(harness, schedule)
    assert (await harness.claim(task_id=restore.id))["answer"] == "granted"
    answer = await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/forget")
    forget = answer.json()["taskId"]
    assert (await harness.claim(task_id=forget))["holders"] == ["restore x"]
    later = await create_restore_task(harness, schedule)
    answer = await harness.claim(task_id=later.id)
    assert answer["answer"] == "granted", "a restore passes waiting retention"
    await harness.ask("finish", {"taskId": restore.id, **FAILURE})
    assert (await harness.claim(task_id=forget))["answer"] == "wait"
    await harness.ask("finish", {"taskId": later.id, **FAILURE})
    assert (await harness.claim(task_id=forget))["answer"] == "granted"
    last = await create_restore_task(harness, schedule)
    assert (await harness.claim(task_id=last.id))["answer"] == "wait"
