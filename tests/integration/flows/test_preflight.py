"""A source that would become an empty snapshot is refused with the reason (T8)."""

import os
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


async def refusal(said):
    with pytest.raises(PreconditionFailed) as refused:
        await preflight.check(said)
    assert said.path not in refused.value.public
    assert refused.value.public.endswith(".")
    return refused.value.message


async def test_a_folder_with_something_in_it_may_be_backed_up(tmp_path):
    (tmp_path / "file").write_text("")
    await preflight.check(source(tmp_path, previous_files=100))


async def test_an_empty_folder_that_never_held_anything_may_be_backed_up(tmp_path):
    await preflight.check(source(tmp_path))
    await preflight.check(source(tmp_path, previous_files=0))


async def test_a_missing_folder_is_refused(tmp_path):
    assert "does not exist" in await refusal(source(tmp_path / "gone"))


async def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "is not a folder" in await refusal(source(tmp_path / "file"))


async def test_a_volume_that_may_not_be_read_is_refused_whatever_its_folder_looks_like(tmp_path):
    (tmp_path / "file").write_text("")
    blocked = source(tmp_path).model_copy(update={"blocked_reason": "Volume is not mounted"})
    assert "Volume is not mounted" in await refusal(blocked)


async def test_a_folder_that_is_suddenly_empty_is_refused(tmp_path):
    assert "held 7 files" in await refusal(source(tmp_path, previous_files=7))


async def test_a_share_that_is_not_mounted_is_refused(tmp_path):
    (tmp_path / "left over").write_text("")
    config = NfsConfig(backend="nfs", server="nas", export_path="/x", version="4")
    assert "not mounted" in await refusal(source(tmp_path, config=config))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_folder_that_may_not_be_read_is_refused(tmp_path):
    tmp_path.chmod(0)
    try:
        assert "permission denied" in await refusal(source(tmp_path))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("stubborn", ["", "signal.signal(signal.SIGINT, signal.SIG_IGN);"])
async def test_storage_that_hangs_does_not_hang_us(tmp_path, monkeypatch, stubborn):
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
async def test_a_fault_of_the_check_itself_is_not_blamed_on_the_storage(
    tmp_path, monkeypatch, program, reason
):
    slow = "sleep" in program
    monkeypatch.setattr(preflight, "START_TIMEOUT_S", 0.1 if slow else 60.0)
    monkeypatch.setattr(preflight, "_CHECK_SCRIPT", program)
    message = await refusal(source(tmp_path))
    assert reason in message
    assert "could not be checked" in message
    assert "hangs" not in message


async def test_a_program_that_cannot_be_started_is_not_blamed_on_the_storage(tmp_path, monkeypatch):
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


def test_a_run_that_made_no_snapshot_is_not_suspect():
    assert not preflight.is_suspect(None, 10)
