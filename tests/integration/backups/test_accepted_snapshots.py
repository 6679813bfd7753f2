"""Runs of a source that shrank on purpose: before, during and after its acceptance."""

from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report, task_of
from zerobyte.features.repositories.models import Repository, Snapshot


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


async def begun(harness: ApiHarness, made: dict[str, Any]) -> tuple[str, int | None]:
    """Start a run. Returns its id and the file count that it is compared with."""
    task_id = await run_now(harness, made)
    source = (await harness.claim(task_id=task_id))["job"]["source"]
    return task_id, source["previousFiles"]


async def ended(
    harness: ApiHarness, made: dict[str, Any], task_id: str, **of: Any
) -> dict[str, Any]:
    """Report a run with that many files; `day` is the day of the snapshot."""
    day, is_suspect = of["day"], of.get("is_suspect", False)
    snapshot = snapshot_of(made, files=of["files"]) | {"time": f"2026-11-{day:02}T06:53:10Z"}
    report = success_report(task_id, snapshot, isSuspect=is_suspect)
    return {**(await harness.ask("finish", report)), **snapshot}


async def test_t8_retention_runs_again_after_the_smaller_snapshot_is_accepted(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    task_id, _ = await begun(harness, schedule)
    whole = await ended(harness, schedule, task_id, files=500, day=1)
    [forget] = whole["followUps"]
    await harness.ask("finish", {"taskId": forget, "status": "cancelled", "outcome": "cancelled"})
    # An edit of the selection does not accept the new size: a mistake in a pattern also
    # requires caution.
    url = f"/api/v1/backups/{schedule['shortId']}"
    edited = await harness.client.patch(url, json={"excludePatterns": ["*"]})
    assert edited.status_code == 200
    task_id, measure = await begun(harness, schedule)
    assert measure == 500
    less = await ended(harness, schedule, task_id, files=3, day=2, is_suspect=True)
    assert less["followUps"] == []
    record = (await task_of(harness, task_id))["result"]["retention"]
    assert "accept the snapshot" in record["reason"]

    meanwhile, measure = await begun(harness, schedule)
    assert measure == 500
    repository = await Repository.get(id=schedule["repositoryId"])
    shelf = f"/api/v1/repositories/{repository.short_id}/snapshots"
    answer = await harness.client.post(f"{shelf}/{less['short_id']}/accept")
    assert answer.status_code == 200, answer.text
    late = await ended(harness, schedule, meanwhile, files=3, day=3, is_suspect=True)
    assert late["followUps"] == [], "its worker has reported already that retention waits"
    assert await Snapshot.filter(is_suspect=True).count() == 0

    task_id, measure = await begun(harness, schedule)
    assert measure == 3
    [forget] = (await ended(harness, schedule, task_id, files=4, day=4))["followUps"]
    job = (await harness.claim(task_id=forget))["job"]
    assert job["protectedSnapshotIds"] == []


async def test_t8_snapshot_below_the_accepted_size_stays_suspect(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    for day, files in enumerate((500, 100, 3), start=1):
        task_id, _ = await begun(harness, schedule)
        one = await ended(harness, schedule, task_id, files=files, day=day, is_suspect=day > 1)
        if day == 2:
            repository = await Repository.get(id=schedule["repositoryId"])
            shelf = f"/api/v1/repositories/{repository.short_id}/snapshots"
            await harness.client.post(f"{shelf}/{one['short_id']}/accept")
    assert [row.is_suspect for row in await Snapshot.all().order_by("time_ms")] == [
        False, False, True,
    ]  # fmt: skip


async def test_run_is_compared_with_the_newest_complete_snapshot(harness: ApiHarness) -> None:
    """An incomplete snapshot has fewer files, because some could not be read."""
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    task_id, _ = await begun(harness, schedule)
    await ended(harness, schedule, task_id, files=1000, day=1)

    async def incomplete(files: int, day: int) -> None:
        task_id, _ = await begun(harness, schedule)
        snapshot = snapshot_of(schedule, files=files) | {"time": f"2026-11-{day:02}T06:53:10Z"}
        report = success_report(task_id, snapshot, isIncomplete=True)
        await harness.ask("finish", {**report, "outcome": "warning"})

    await incomplete(550, 2)
    await incomplete(540, 3)
    task_id, measure = await begun(harness, schedule)
    assert measure == 1000
    await ended(harness, schedule, task_id, files=900, day=4)
    await incomplete(1200, 5)
    _, measure = await begun(harness, schedule)
    assert measure == 1200, "a source that grew is not compared with its old size"


async def test_snapshot_dated_in_the_future_is_not_compared(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    for files, time in ((700, "2199-01-01T00:00:00Z"), (20, "2026-11-01T00:00:00Z")):
        task_id, measure = await begun(harness, schedule)
        report = success_report(task_id, snapshot_of(schedule, files=files) | {"time": time})
        await harness.ask("finish", report)
    assert measure == 700, "there was no other"
    _, measure = await begun(harness, schedule)
    assert measure == 20
