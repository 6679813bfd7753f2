"""The check of a source before a backup refuses sources that would give an empty snapshot (T8)."""

import os
import subprocess
import sys

import pytest

from flows import preflight
from flows.outcome import PreconditionFailed
from zerobyte.contract.jobs import Source
from zerobyte.contract.restic_output import BackupSummary
from zerobyte.contract.volumes import DirectoryConfig, NfsConfig
from zerobyte.core import clock


def source(path, *, previous_files=None, config=None):
    return Source(
        volume_short_id="v",
        volume_name="photos",
        path=str(path),
        config=config or DirectoryConfig(backend="directory", path=str(path)),
        previous_files=previous_files,
    )


async def refusal(source):
    with pytest.raises(PreconditionFailed) as refused:
        await preflight.check(source)
    assert source.path not in refused.value.public
    assert refused.value.public.endswith(".")
    return refused.value.message


async def test_folder_with_entries_is_accepted(tmp_path):
    (tmp_path / "file").write_text("")
    await preflight.check(source(tmp_path, previous_files=100))


async def test_folder_that_was_always_empty_is_accepted(tmp_path):
    await preflight.check(source(tmp_path))
    await preflight.check(source(tmp_path, previous_files=0))


async def test_a_missing_folder_is_refused(tmp_path):
    assert "does not exist" in await refusal(source(tmp_path / "gone"))


async def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "is not a folder" in await refusal(source(tmp_path / "file"))


async def test_blocked_volume_is_refused_without_a_check_of_its_folder(tmp_path):
    (tmp_path / "file").write_text("")
    blocked = source(tmp_path).model_copy(update={"blocked_reason": "Volume is not mounted"})
    assert "Volume is not mounted" in await refusal(blocked)


async def test_suddenly_empty_folder_is_refused(tmp_path):
    assert "held 7 files" in await refusal(source(tmp_path, previous_files=7))


async def test_unmounted_share_is_refused(tmp_path):
    (tmp_path / "left over").write_text("")
    config = NfsConfig(backend="nfs", server="nas", export_path="/x", version="4")
    assert "not mounted" in await refusal(source(tmp_path, config=config))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_unreadable_folder_is_refused(tmp_path):
    tmp_path.chmod(0)
    try:
        assert "permission denied" in await refusal(source(tmp_path))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("stubborn", ["", "signal.signal(signal.SIGINT, signal.SIG_IGN);"])
async def test_hanging_storage_does_not_block_the_check(tmp_path, monkeypatch, stubborn):
    monkeypatch.setattr(preflight, "CHECK_TIMEOUT_S", 0.5)
    look = f"import signal,time;print('begun',flush=True);{stubborn}time.sleep(60)"
    monkeypatch.setattr(preflight, "_CHECK_SCRIPT", look)
    began = clock.monotonic()
    assert "hangs" in await refusal(source(tmp_path))
    assert clock.monotonic() - began < 30


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time;time.sleep(60)", "did not start within 0 seconds"),
        ("import sys;sys.exit('no memory')", "ended with code 1: no memory"),
        ("print('begun');raise MemoryError", "ended with code 1: MemoryError"),
        ("print('begun');print('{')", "ended with code 0: it printed nothing"),
    ],
)
async def test_failed_check_does_not_blame_the_storage(tmp_path, monkeypatch, program, reason):
    slow = "sleep" in program
    monkeypatch.setattr(preflight, "START_TIMEOUT_S", 0.1 if slow else 60.0)
    monkeypatch.setattr(preflight, "_CHECK_SCRIPT", program)
    message = await refusal(source(tmp_path))
    assert reason in message
    assert "could not be checked" in message
    assert "hangs" not in message


async def test_missing_interpreter_does_not_blame_the_storage(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    message = await refusal(source(tmp_path))
    assert "could not be checked: gone" in message
    assert "hangs" not in message


@pytest.mark.parametrize(
    ("files", "previous", "suspect"),
    [
        (0, None, True),
        (0, 10, True),
        (4, 10, True),
        (5, 10, False),
        (1, None, False),
        (9, 0, False),
    ],
)
def test_a_snapshot_with_far_fewer_files_is_suspect(files, previous, suspect):
    summary = BackupSummary(total_files_processed=files)
    assert preflight.is_suspect(summary, previous) is suspect


def test_run_without_a_snapshot_is_not_suspect():
    assert not preflight.is_suspect(None, 10)


@pytest.fixture
def other_file_system(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", tmp_path], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


async def test_t8_another_file_system_at_the_path_of_a_share_is_refused(other_file_system):
    config = NfsConfig(backend="nfs", server="nas", export_path="/x", version="4")
    assert "Another file system" in await refusal(source(other_file_system, config=config))
