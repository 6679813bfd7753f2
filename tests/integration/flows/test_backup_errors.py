"""Errors after a snapshot was created: the result and the incomplete mark are kept."""

import logging
import shutil
from pathlib import Path

import pytest

from flows import backup as backup_flow
from flows.job import JobContext
from flows.worker_context import RunControl, WorkerContext
from tests.support.backup_jobs import backup_job
from tests.support.open_access import ANYWHERE
from tests.support.restic_repository import RealRepository
from tests.support.scripted_worker_api import IDENTITY, ScriptedWorkerApi
from zerobyte.contract.job_reports import BackupResult
from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.core.errors import Failed
from zerobyte.restic import Tools

BLOCKS_CACHE = """#!/bin/sh
{restic} "$@"
code=$?
case " $* " in
*" backup "*) rm -rf {cache} && : > {cache} ;;
esac
exit $code
"""
"""restic; after a backup the next command finds a file where its cache folder would be."""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JobContext:
    monkeypatch.setattr(backup_flow, "log_to_prefect", logging.info)
    repository = RealRepository(tmp_path / "repository", "pw")
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_text("content")
    program = tmp_path / "restic"
    cache = tmp_path / "cache"
    program.write_text(BLOCKS_CACHE.format(restic=shutil.which("restic"), cache=cache / "r"))
    program.chmod(0o755)
    tools = Tools(cache_dir=cache, run_dir=tmp_path / "run", restic_command=str(program))
    access = RepositoryAccess(
        id="r",
        short_id="r",
        name="r",
        config=LocalConfig(backend="local", path=str(repository.path)),
        password="pw",
        **ANYWHERE,
    )
    job = backup_job(
        source=str(source), repository=access, schedule_short_id="sched001", timezone="UTC"
    )
    return JobContext(
        WorkerContext(control=ScriptedWorkerApi(), worker=IDENTITY, tools=tools), RunControl(), job
    )


async def test_a_good_backup_succeeds_when_its_snapshot_cannot_be_read_back(
    work: JobContext,
) -> None:
    # restic chooses the paths by itself, so the record has to be read back.
    work.spec.options = BackupOptions(include_paths=["/a"])
    await backup_flow._back_up(work)
    report = work.report()
    assert (report.status, report.outcome, report.snapshot) == ("succeeded", "success", None)
    assert isinstance(report.result, BackupResult)
    assert report.result.result is not None


@pytest.mark.parametrize("limit", [10.0, 100.0])
async def test_an_incomplete_backup_is_reported_when_its_tag_cannot_be_added(
    work: JobContext, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A missing path makes the snapshot incomplete, and counts as no unreadable file.
    work.spec.options = BackupOptions(include_paths=["/a", "/missing"])
    monkeypatch.setattr(backup_flow.incomplete, "unreadable_percent", lambda _: 50.0)
    work.spec.unreadable_limit_percent = limit
    if limit < 50:
        with pytest.raises(Failed, match="could not be read"):
            await backup_flow._back_up(work)
    else:
        await backup_flow._back_up(work)
        assert work.report().outcome == "warning"
    assert work.report().is_incomplete
