"""Restores to targets that hang, and deletions that fail."""

import errno
import logging
import os
from pathlib import Path

import pytest

from flows import restore as restore_flow
from flows.job import JobContext
from flows.worker_context import RunControl, WorkerContext
from tests.support.hung_folder import hung_mount
from tests.support.open_access import ANYWHERE
from tests.support.restic_repository import RealRepository
from tests.support.scripted_worker_api import IDENTITY, ScriptedWorkerApi
from zerobyte.contract.jobs import RestoreJob
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.core import blocking
from zerobyte.core.errors import Unavailable
from zerobyte.restic import Repository, Tools, backup, deletions, restore


def work_of(tmp_path: Path, target: Path) -> JobContext:
    """A granted restore into a folder."""
    tools = Tools(cache_dir=tmp_path / "cache", run_dir=tmp_path / "run")
    access = RepositoryAccess(
        id="r",
        short_id="r",
        name="r",
        config=LocalConfig(backend="local", path=str(tmp_path / "repository")),
        password="pw",
        **ANYWHERE,
    )
    job = RestoreJob(task_id="t", repository=access, snapshot_id="a" * 64, target=str(target))
    context = WorkerContext(control=None, worker=IDENTITY, tools=tools)  # pyright: ignore[reportArgumentType]
    return JobContext(context, RunControl(), job)


async def test_t8_restore_to_hanging_storage_does_not_block_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore_flow, "log_to_prefect", logging.info)
    monkeypatch.setattr(blocking, "PATH_LIMIT_S", 0.3)
    # On the event loop the look itself would hang, and every other run with it.
    is_refused = pytest.raises(Unavailable, match="hung does not answer within")
    with hung_mount(tmp_path / "hung") as place, is_refused:
        await restore_flow._restore(work_of(tmp_path, place))


async def test_t8_restic_is_not_started_on_hanging_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking, "PATH_LIMIT_S", 0.3)
    with hung_mount(tmp_path / "hung") as place:
        work = work_of(tmp_path, place)
        repository = Repository(work.spec.repository, work.context.tools)
        with pytest.raises(Unavailable, match="does not answer"):
            await restore.run(
                repository,
                "a" * 64,
                target=f"{place}/below",
                check_roots=restore_flow.check_roots(work.spec),
            )
        with pytest.raises(Unavailable, match="does not answer"):
            await backup.run(repository, place, tag="k3f9x2ab", hostname="zerobyte")


async def test_restore_with_failed_deletions_ends_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore_flow, "log_to_prefect", logging.info)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_text("a")
    snapshot = RealRepository(tmp_path / "repository", "pw").backup(folder)
    (folder / "a").write_text("changed")
    (folder / "stray").write_text("stray")

    def refuse(*_: object) -> bool:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(deletions, "_remove_one", refuse)
    work = work_of(tmp_path, folder)
    work.context.control = ScriptedWorkerApi()
    work.spec = work.spec.model_copy(
        update={"snapshot_id": snapshot, "base_path": str(folder), "delete": True}
    )
    await restore_flow._restore(work)
    report = work.report()
    assert (report.status, report.outcome) == ("succeeded", "warning")
    assert report.details == (
        f"1 entries could not be deleted:\n{folder}/stray: {os.strerror(errno.EPERM)}"
    )
    assert (folder / "a").read_text() == "a"
