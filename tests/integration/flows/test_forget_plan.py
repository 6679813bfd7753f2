"""Retention on the worker's side: the plan is told before anything is removed."""

import logging
from pathlib import Path

import pytest

from flows import forget as forget_flow
from flows.runtime import RunControl, Runtime
from flows.work import Work
from tests.integration.flows.test_work import IDENTITY
from tests.integration.repositories.forge import RealRepository
from tests.open_access import ANYWHERE
from zerobyte.contract.control_plane import ProgressReport
from zerobyte.contract.jobs import ForgetJob, ForgetResult
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.restic import ResticError, Tools


class Listener:
    """Notes how many snapshots there were when the plan was told."""

    def __init__(self, snapshots: Path) -> None:
        self._snapshots = snapshots
        self.heard: list[tuple[ProgressReport, int]] = []

    async def progress(self, report: ProgressReport) -> None:
        self.heard.append((report, len(list(self._snapshots.iterdir()))))


async def test_t10_the_plan_is_told_first_and_kept_when_removing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_flow, "tell", logging.info)
    repository = RealRepository(tmp_path / "repository", "pw")
    ids = [repository.forge(f"2026-01-0{day}T10:00:00Z", "sched001") for day in (1, 2, 3)]
    listener = Listener(repository.path / "snapshots")
    tools = Tools(cache_dir=tmp_path / "cache", run_dir=tmp_path / "run", retry_lock="0s")
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
        protected_snapshot_ids=[ids[2]],
    )
    runtime = Runtime(control=listener, worker=IDENTITY, tools=tools)
    work = Work(runtime, RunControl(), job)
    # The forged snapshots have no tree, so pruning after their removal fails.
    with pytest.raises(ResticError):
        await forget_flow._apply(work)
    [(report, there)] = listener.heard
    assert isinstance(report.result, ForgetResult)
    assert report.result.plan is not None
    assert there == 3
    kept = {reason.snapshot_id: reason.matches for reason in report.result.plan.keep}
    assert kept == {ids[2]: ["protected"], ids[1]: ["last snapshot"]}
    assert report.result.plan.remove == [ids[0]]
    assert work.result == report.result
