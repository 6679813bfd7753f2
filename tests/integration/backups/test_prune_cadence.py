"""When retention prunes: the schedule's cadence, the repository's last prune, missed prunes."""

from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import FAILURE, finish_backup, task_of
from zerobyte.contract.jobs import PruneCadence
from zerobyte.core import clock
from zerobyte.db.leases import Lease
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.service.prune_cadence import prune_time
from zerobyte.features.repositories.models import Repository
from zerobyte.features.tasks.models import Task

DAY_MS = 86_400_000
POLICY = {"keepLast": 1}


async def retention(
    harness: ApiHarness, made: dict[str, Any], *, removes: bool = True, **report: Any
) -> tuple[str, bool, str]:
    """Run one backup and its retention, which ends as the worker's flow would end it.

    Returns when it prunes, whether earlier removals were unpruned, and the backup's task.
    """
    backup, forget, snapshot = await finish_backup(harness, made)
    job = (await harness.claim(task_id=forget))["job"]
    keep = [{"snapshot_id": snapshot["id"], "matches": ["last snapshot"]}]
    plan = {"keep": keep, "remove": ["a" * 64] if removes else []}
    is_unused = removes or job["hasUnprunedData"]
    pruned = job["prune"] != "later" if is_unused else None
    result = {"kind": "forget", "plan": plan, "pruned": pruned}
    done = {"status": "succeeded", "outcome": "success", "result": result}
    if report:
        done = {**report, "result": {**result, "pruned": None}}
    await harness.ask("finish", {"taskId": forget, **done})
    return job["prune"], job["hasUnprunedData"], backup


async def a_day_passes(made: dict[str, Any], days: int = 1) -> None:
    row = await Repository.get(id=made["repositoryId"])
    assert row.last_pruned_at is not None
    await Repository.filter(id=row.id).update(last_pruned_at=row.last_pruned_at - days * DAY_MS)


async def test_without_a_cadence_each_removal_prunes(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy=POLICY)
    assert schedule["prune"] == "afterBackup"
    for _ in range(2):
        assert (await retention(harness, schedule))[:2] == ("withRemoval", False)
    assert (await retention(harness, schedule, **FAILURE))[:2] == ("withRemoval", False)
    # The failed one may have removed snapshots without their data.
    assert (await retention(harness, schedule, removes=False))[:2] == ("withRemoval", True)
    assert (await retention(harness, schedule, removes=False))[:2] == ("withRemoval", False)


async def test_daily_prune_is_shared_by_the_schedules_of_a_repository(harness: ApiHarness) -> None:
    repository = await harness.repository()
    hourly, other = [
        await harness.schedule(retentionPolicy=POLICY, prune="daily", repository=repository)
        for _ in range(2)
    ]
    assert (await retention(harness, hourly))[0] == "asOwnStep", "it was never pruned"
    when, unpruned, backup = await retention(harness, other)
    assert (when, unpruned) == ("later", False)
    record = (await task_of(harness, backup))["result"]["retention"]
    assert (record["status"], record["pruned"]) == ("applied", False)
    assert (await retention(harness, hourly))[:2] == ("later", True)
    await a_day_passes(hourly)
    # A prune that fails is made up for by the next retention, even one that removes nothing.
    assert (await retention(harness, hourly, **FAILURE))[:2] == ("asOwnStep", True)
    when, unpruned, backup = await retention(harness, other, removes=False)
    assert (when, unpruned) == ("asOwnStep", True)
    assert (await task_of(harness, backup))["result"]["retention"]["pruned"] is True
    assert (await retention(harness, hourly))[:2] == ("later", False)
    shown = (await harness.client.get(f"/api/v1/repositories/{repository['shortId']}")).json()
    assert shown["lastPrunedAt"] <= clock.now_ms()


async def test_retention_on_request_prunes_whatever_the_cadence(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy=POLICY, prune="weekly")
    await retention(harness, schedule)
    assert (await retention(harness, schedule))[0] == "later"
    url = f"/api/v1/backups/{schedule['shortId']}"
    forget = (await harness.client.post(f"{url}/forget")).json()["taskId"]
    assert (await harness.claim(task_id=forget))["job"]["prune"] == "asOwnStep"
    changed = await harness.client.patch(url, json={"prune": "daily"})
    assert changed.json()["prune"] == "daily"
    assert (await harness.client.patch(url, json={"name": "same"})).json()["prune"] == "daily"
    assert (await harness.client.patch(url, json={"prune": "hourly"})).status_code == 400


async def test_what_a_failed_deletion_leaves_is_pruned_by_the_next_retention(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy=POLICY)
    _, _, snapshot = await finish_backup(harness, schedule)
    repository = await Repository.get(id=schedule["repositoryId"])
    url = f"/api/v1/repositories/{repository.short_id}/snapshots/{snapshot['short_id']}"
    for started in (False, True):
        answer = await harness.client.delete(url)
        task = await Task.get(kind="deleteSnapshots", status="queued")
        assert answer.status_code == 202, answer.text
        await Task.filter(kind="forget").update(status="cancelled", active_key=None)
        await Lease.all().delete()
        if started:
            assert (await harness.claim(task_id=task.id))["answer"] == "granted"
        await harness.ask("finish", {"taskId": task.id, **FAILURE})
        await repository.refresh_from_db()
        assert (repository.unpruned_since is not None) is started


@pytest.mark.parametrize(
    ("cadence", "last", "now", "zone", "expected"),
    [
        ("daily", "2026-03-01T23:30", "2026-03-01T23:59", "UTC", "later"),
        ("daily", "2026-03-01T23:30", "2026-03-02T00:10", "UTC", "asOwnStep"),
        ("daily", "2026-03-01T23:30", "2026-03-02T00:10", "Europe/Zurich", "later"),
        ("weekly", "2026-03-02T00:10", "2026-03-08T23:00", "UTC", "later"),
        ("weekly", "2026-03-08T23:00", "2026-03-09T00:10", "UTC", "asOwnStep"),
        ("weekly", "2026-12-31T10:00", "2027-01-03T10:00", "UTC", "later"),
        # A clock that was wrong must not put off pruning until then.
        ("daily", "2031-01-01T00:00", "2026-03-01T10:00", "UTC", "asOwnStep"),
    ],
)
def test_days_and_weeks_are_those_of_the_schedules_zone(
    monkeypatch: pytest.MonkeyPatch,
    cadence: PruneCadence,
    last: str,
    now: str,
    zone: str,
    expected: str,
) -> None:
    last_ms, now_ms = (
        clock.to_ms(clock.from_ms(0).fromisoformat(f"{text}:00+00:00")) for text in (last, now)
    )
    monkeypatch.setattr(clock, "now_ms", lambda: now_ms)
    task, repository = Task(trigger="followUp"), Repository(last_pruned_at=last_ms)
    assert prune_time(task, Schedule(prune=cadence), repository, zone) == expected
