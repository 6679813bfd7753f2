"""After a backup the files of its snapshot are cached without a request."""

import json
from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import FAILURE, run_now, success_report, task_of
from tests.support.restic_repository import RealRepository
from tests.support.waiting import until
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core import ids
from zerobyte.features.auth.models import AllowedRoots
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import tree_prefetch

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def session_repository(tmp_path_factory: pytest.TempPathFactory) -> RealRepository:
    return RealRepository(tmp_path_factory.mktemp("prefetch") / "repo", "repository-password")


async def repository_row(harness: ApiHarness, real: RealRepository) -> dict[str, Any]:
    """Insert the row of a repository that restic can open."""
    await AllowedRoots.get_or_create(organization_id="o1", host="local", defaults={"roots": ["/"]})
    short_id = ids.short_id()
    await Repository.create(
        short_id=short_id,
        organization_id="o1",
        name=short_id,
        type="local",
        config={"backend": "local", "path": str(real.path)},
        status="healthy",
        snapshots_refreshed_at=1,
    )
    return (await harness.client.get(f"/api/v1/repositories/{short_id}")).json()


async def finish_run(
    harness: ApiHarness, schedule: dict[str, Any], real: RealRepository
) -> dict[str, Any]:
    """Run a schedule to its end with a real backup; return the record of the snapshot."""
    task_id = await start_run(harness, schedule)
    printed = real.restic(
        "backup", "--json", "--host", "h", "--tag", schedule["shortId"], str(harness.source)
    )
    summary = json.loads(printed.splitlines()[-1])
    [record] = json.loads(real.restic("snapshots", "--json", summary["snapshot_id"]))
    snapshot = SnapshotRecord.model_validate(record).model_dump(mode="json")
    report = success_report(task_id, snapshot)
    report["result"]["result"] = summary
    await harness.ask("finish", report)
    task = await task_of(harness, task_id)
    assert task["status"] == "succeeded", task
    return snapshot


async def start_run(harness: ApiHarness, schedule: dict[str, Any]) -> str:
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    return task_id


async def is_known(harness: ApiHarness, repository_id: str, snapshot_id: str) -> bool:
    return await harness.services.snapshot_files.trees.is_known(repository_id, snapshot_id)


async def test_first_look_after_a_backup_needs_no_restic(
    harness: ApiHarness, session_repository: RealRepository
) -> None:
    repository = await repository_row(harness, session_repository)
    schedule = await harness.schedule(repository=repository)
    snapshot = await finish_run(harness, schedule, session_repository)
    await until(lambda: is_known(harness, repository["id"], snapshot["id"]))
    away = session_repository.path.rename(session_repository.path.with_name("away"))
    try:
        url = f"/api/v1/repositories/{repository['shortId']}/snapshots/{snapshot['id']}/files"
        answer = await harness.client.get(url, params={"path": str(harness.source)})
        assert [node["name"] for node in answer.json()["files"]] == ["a.txt"]
    finally:
        away.rename(session_repository.path)


async def test_listing_waits_for_other_runs_and_skips_what_was_deleted_meanwhile(
    harness: ApiHarness,
    session_repository: RealRepository,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prefetcher = harness.services.tree_prefetcher
    repositories = [await repository_row(harness, session_repository) for _ in range(5)]
    other = await start_run(harness, await harness.schedule())
    snapshots = [
        await finish_run(harness, await harness.schedule(repository=one), session_repository)
        for one in repositories
    ]
    await until(lambda: not prefetcher._task_ended.is_set(), what="the prefetcher has looked")
    assert await prefetcher._next_idle() is None
    assert len(prefetcher._pending) == 5
    kept, forgotten, deleted, lost, large = zip(repositories, snapshots, strict=True)
    await harness.services.snapshots.forget_snapshots(forgotten[0]["id"], [forgotten[1]["id"]])
    await Schedule.filter(repository_id=deleted[0]["id"]).delete()
    await Repository.filter(id=deleted[0]["id"]).delete()
    (session_repository.path / "snapshots" / lost[1]["id"]).unlink()
    monkeypatch.setattr(tree_prefetch, "_MAX_FILES", 1)
    monkeypatch.setitem(large[1]["summary"], "total_files_processed", 2)
    await harness.services.snapshots.index_snapshot(
        large[0]["id"], SnapshotRecord.model_validate(large[1])
    )
    assert not await is_known(harness, kept[0]["id"], kept[1]["id"])
    await harness.ask("finish", {"taskId": other, **FAILURE})
    await until(lambda: not len(prefetcher._work), what="the prefetcher has ended")
    for repository, snapshot in (kept, forgotten, deleted, lost, large):
        known = await is_known(harness, repository["id"], snapshot["id"])
        assert known is (repository is kept[0])
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
