"""Retention in the worker: the plan is stored before anything is removed."""

import logging
import math
from pathlib import Path
from typing import Any

import pytest

from flows import forget as forget_flow
from flows.job import JobContext
from flows.job import report as report_module
from flows.worker_context import RunControl, WorkerContext
from tests.support.open_access import ANYWHERE
from tests.support.restic_repository import RealRepository
from tests.support.scripted_worker_api import IDENTITY
from zerobyte.contract.control_plane import ProgressReport
from zerobyte.contract.job_reports import ForgetResult
from zerobyte.contract.jobs import ForgetJob, PruneTime
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core.errors import Unavailable
from zerobyte.restic import ResticError, Tools


class Listener:
    """Records the number of snapshots when the plan arrives."""

    def __init__(self, snapshots: Path) -> None:
        self._snapshots = snapshots
        self.reports: list[tuple[ProgressReport, int]] = []

    async def progress(self, report: ProgressReport) -> None:
        self.reports.append((report, len(list(self._snapshots.iterdir()))))


def work_on(repository: RealRepository, control: Any, **fields: Any) -> JobContext:
    """Return a granted job that keeps the last snapshot."""
    folder = repository.path.parent
    tools = Tools(cache_dir=folder / "cache", run_dir=folder / "run", retry_lock="0s")
    access = RepositoryAccess(
        id="r",
        short_id="r",
        name="r",
        config=LocalConfig(backend="local", path=str(repository.path)),
        password="pw",
        **ANYWHERE,
    )
    job = ForgetJob(
        task_id="t",
        schedule_short_id="sched001",
        repository=access,
        policy=RetentionPolicy(keep_last=1),
        **fields,
    )
    context = WorkerContext(control=control, worker=IDENTITY, tools=tools)
    return JobContext(context, RunControl(), job)


async def test_t10_plan_is_stored_before_removal_and_kept_if_removal_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_flow, "log_to_prefect", logging.info)
    repository = RealRepository(tmp_path / "repository", "pw")
    ids = [repository.forge(f"2026-01-0{day}T10:00:00Z", "sched001") for day in (1, 2, 3)]
    listener = Listener(repository.path / "snapshots")
    work = work_on(repository, listener, protected_snapshot_ids=[ids[2]])
    # The forged snapshots have no tree, so pruning after their removal fails.
    with pytest.raises(ResticError):
        await forget_flow._apply(work)
    [(report, there)] = listener.reports
    assert isinstance(report.result, ForgetResult)
    assert report.result.plan is not None
    assert there == 3
    kept = {reason.snapshot_id: reason.matches for reason in report.result.plan.keep}
    assert kept == {ids[2]: ["protected"], ids[1]: ["last snapshot"]}
    assert report.result.plan.remove == [ids[0]]
    assert work.result == report.result


async def test_an_unreported_snapshot_does_not_displace_the_last_complete_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_flow, "log_to_prefect", logging.info)
    repository = RealRepository(tmp_path / "repository", "pw")
    old, complete, unreported = (
        repository.forge(f"2026-01-0{day}T10:00:00Z", "sched001") for day in (1, 2, 3)
    )
    listener = Listener(repository.path / "snapshots")
    known = {"trusted_snapshot_ids": [old, complete], "unknown_is_incomplete": True}
    # The forged snapshots have no tree, so pruning after their removal fails.
    with pytest.raises(ResticError):
        await forget_flow._apply(work_on(repository, listener, **known))
    [(report, _)] = listener.reports
    assert isinstance(report.result, ForgetResult)
    assert report.result.plan is not None
    assert {reason.snapshot_id for reason in report.result.plan.keep} == {complete, unreported}
    assert report.result.plan.remove == [old]


class Away:
    """An API that does not answer the first `times` times."""

    def __init__(self, times: float) -> None:
        self.left = times
        self.stored: list[ProgressReport] = []

    async def progress(self, report: ProgressReport) -> None:
        if self.left > 0:
            self.left -= 1
            raise Unavailable("The API does not answer")
        self.stored.append(report)


@pytest.mark.parametrize("times", [2, math.inf])
async def test_retention_removes_nothing_until_the_api_has_stored_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: float
) -> None:
    monkeypatch.setattr(forget_flow, "log_to_prefect", logging.info)
    monkeypatch.setattr(report_module, "PLAN_RETRY_S", 1.0)
    repository = RealRepository(tmp_path / "repository", "pw")
    ids = [repository.forge(f"2026-01-0{day}T10:00:00Z", "sched001") for day in (1, 2)]
    api = Away(times)
    # The forged snapshots have no tree, so pruning after their removal fails.
    with pytest.raises(Unavailable if times == math.inf else ResticError):
        await forget_flow._apply(work_on(repository, api))
    left = {path.name for path in (repository.path / "snapshots").iterdir()}
    assert left == (set(ids) if times == math.inf else {ids[1]})
    assert len(api.stored) == (0 if times == math.inf else 1)


async def test_prune_that_is_not_due_leaves_the_data_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_flow, "log_to_prefect", logging.info)
    source = tmp_path / "source"
    source.mkdir()
    repository = RealRepository(tmp_path / "repository", "pw")
    for text in ("old", "new"):
        (source / "file").write_text(text)
        repository.backup(source, "--tag", "sched001")
    packs = {path for path in (repository.path / "data").rglob("*") if path.is_file()}
    listener = Listener(repository.path / "snapshots")

    async def apply(*, prune: PruneTime, unpruned: bool = False) -> tuple[bool, ForgetResult]:
        """Run the steps of the flow; returns whether it pruned, and its result."""
        work = work_on(repository, listener, prune=prune, has_unpruned_data=unpruned)
        await forget_flow._apply(work)
        if must_prune := forget_flow._must_prune(work):
            await forget_flow._prune(work)
        assert isinstance(work.result, ForgetResult)
        return must_prune, work.result

    pruned, result = await apply(prune="later")
    assert (pruned, result.pruned) == (False, False)
    assert len(list((repository.path / "snapshots").iterdir())) == 1
    assert all(path.exists() for path in packs), "removal alone keeps the data"
    pruned, result = await apply(prune="asOwnStep")
    assert (pruned, result.pruned) == (False, None), "as far as the job knows, nothing is unused"
    pruned, result = await apply(prune="asOwnStep", unpruned=True)
    assert (pruned, result.pruned) == (True, True)
    assert not all(path.exists() for path in packs)
    repository.restic("check", "--read-data")
