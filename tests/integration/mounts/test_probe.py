"""mounts.probe: a child checks a folder, so a dead file system blocks only that child."""

import asyncio
import contextlib
import os
import time

import psutil
import pytest

from tests.support.waiting import until
from zerobyte.core import blocking
from zerobyte.mounts import MountFailed, probe


async def test_a_folder_tells_where_it_really_is(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    found = await probe.probe(tmp_path / "link")
    assert found.real == tmp_path.resolve() / "real"
    assert found.device == (tmp_path / "real").stat().st_dev


async def test_any_name_can_be_looked_at(tmp_path):
    for name in (b"\xff\xfe", b"--help", b"a b\nc", "é".encode()):
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        assert (await probe.probe(folder)).real == folder.resolve()


async def test_each_problem_of_a_folder_has_its_message(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    for name, words in (
        ("nope", "Path does not exist"),
        ("file", "Path is not a directory"),
        ("file/below", "Path is not a directory"),
        ("loop", "Path leads through too many links"),
    ):
        with pytest.raises(MountFailed) as caught:
            await probe.probe(tmp_path / name)
        assert caught.value.message == words


async def test_t8_hung_file_system_times_out_and_leaves_no_child(hung_folder):
    before = time.monotonic()
    with pytest.raises(MountFailed, match=r"did not answer within 0\.5 seconds"):
        await probe.probe(hung_folder, limit_s=0.5)
    assert time.monotonic() - before < 30
    await until(lambda: not looking(), limit_s=40)


async def test_t8_other_file_systems_answer_while_one_hangs(hung_folder, tmp_path):
    waiting = asyncio.create_task(probe.probe(hung_folder, limit_s=60))
    await until(looking, limit_s=40)
    assert (await probe.probe(tmp_path)).real == tmp_path.resolve()
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(lambda: not looking(), limit_s=40)


async def test_t8_child_that_cannot_be_killed_blocks_a_second_one(tmp_path, monkeypatch):
    killed = asyncio.Event()
    started = 0

    async def unkillable(*_args, **_kwargs):
        nonlocal started
        started += 1
        while not killed.is_set():
            try:
                await killed.wait()
            except asyncio.CancelledError:
                continue

    monkeypatch.setattr(probe.process, "run", unkillable)
    with pytest.raises(MountFailed, match="did not answer within 0 seconds"):
        await probe.probe(tmp_path, limit_s=0)
    with pytest.raises(MountFailed, match="still does not answer"):
        await probe.probe(tmp_path, limit_s=0)
    assert started == 1
    killed.set()
    await until(lambda: not blocking._left_behind, limit_s=40)
    monkeypatch.undo()
    assert (await probe.probe(tmp_path)).real == tmp_path.resolve()


async def test_t8_hung_thread_is_abandoned(hung_folder, tmp_path):
    with pytest.raises(TimeoutError):
        await blocking.run_blocking(lambda: os.statvfs(hung_folder), limit_s=0.2)
    assert await blocking.run_blocking(lambda: [*tmp_path.iterdir()], limit_s=60) == [hung_folder]


async def test_an_error_in_a_thread_arrives(tmp_path):
    with pytest.raises(FileNotFoundError):
        await blocking.run_blocking((tmp_path / "nope").stat, limit_s=60)


def looking() -> list[psutil.Process]:
    """Our own children that run the probe; other tests have children too."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if probe._PROGRAM in child.cmdline():
                found.append(child)
    return found


async def test_a_check_that_does_not_start_is_not_blamed_on_the_file_system(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "_PROGRAM", "import time; time.sleep(60)")
    with pytest.raises(MountFailed, match="did not start in time"):
        await probe.probe(tmp_path, limit_s=0.2)
