"""A source that is unmounted while restic reads it: `flows.source_mount`."""

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import backup as backup_flow
from flows import source_mount
from flows.job import JobContext
from flows.worker_context import RunControl, WorkerContext
from tests.support.backup_jobs import backup_job
from tests.support.open_access import ANYWHERE
from tests.support.restic_repository import RealRepository
from tests.support.scripted_worker_api import IDENTITY, ScriptedWorkerApi
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.core.errors import Failed
from zerobyte.restic import Tools

DETACHES_SOURCE = """#!/bin/sh
case " $* " in
*" backup "*) umount -l {source} ;;
esac
exec {restic} "$@"
"""
"""restic; the source is detached as a backup begins, and its empty mount point is left."""


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "share"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    (place / "a").write_text("content")
    yield place
    subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def work(tmp_path: Path, source: Path, restic: str) -> JobContext:
    repository = RealRepository(tmp_path / "repository", "pw")
    tools = Tools(cache_dir=tmp_path / "cache", run_dir=tmp_path / "run", restic_command=restic)
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
    context = WorkerContext(control=ScriptedWorkerApi(), worker=IDENTITY, tools=tools)
    return JobContext(context, RunControl(), job)


async def test_t8_a_source_that_is_detached_during_a_backup_makes_it_fail(
    tmp_path: Path, share: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_flow, "log_to_prefect", logging.info)
    program = tmp_path / "restic"
    program.write_text(DETACHES_SOURCE.format(source=share, restic=shutil.which("restic")))
    program.chmod(0o755)
    job = work(tmp_path, share, str(program))
    with pytest.raises(Failed, match="was unmounted or replaced during the backup"):
        await backup_flow._back_up(job)
    assert job.report().is_incomplete


def command(*argv: str | Path) -> bool:
    return subprocess.run(argv, check=False, capture_output=True).returncode == 0


async def test_a_source_is_busy_during_its_backup_and_free_after_it(share: Path) -> None:
    async with source_mount.held(backup_job(source=str(share)).source) as mount:
        assert not command("umount", share)
        assert await mount.is_in_place()
        assert command("mount", "-t", "tmpfs", "tmpfs", share)
        assert not await mount.is_in_place()
        assert command("umount", share)
        assert await mount.is_in_place()
    assert command("umount", share)


async def test_a_folder_that_does_not_exist_is_left_to_restic(tmp_path: Path) -> None:
    async with source_mount.held(backup_job(source=str(tmp_path / "missing")).source) as mount:
        assert await mount.is_in_place()
