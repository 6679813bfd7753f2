"""The check of a source before a backup refuses sources that would give an empty snapshot (T8)."""

import os
import subprocess
import sys

import pytest

from flows import preflight
from flows.outcome import PreconditionFailed
from tests.support.hung_folder import hung_mount
from zerobyte.contract.jobs import Source
from zerobyte.contract.restic_output import BackupSummary
from zerobyte.contract.volumes import DirectoryConfig, NfsConfig
from zerobyte.core import blocking, clock, real_paths


def source(path, *, previous_files=None, config=None):
    return Source(
        volume_short_id="v",
        volume_name="photos",
        path=str(path),
        config=config or DirectoryConfig(backend="directory", path=str(path)),
        previous_files=previous_files,
    )


@pytest.fixture
def child_runs(tmp_path_factory, monkeypatch):
    """Have a child run another program than the check, as for a folder that may hang."""

    def replace(program):
        script = tmp_path_factory.mktemp("program") / "check.py"
        script.write_text(program)
        monkeypatch.setattr(preflight, "_PROGRAM", str(script))
        monkeypatch.setattr(real_paths, "is_local", lambda _: False)

    return replace


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
async def test_hanging_storage_does_not_block_the_check(
    tmp_path, monkeypatch, child_runs, stubborn
):
    monkeypatch.setattr(preflight, "CHECK_TIMEOUT_S", 0.5)
    child_runs(f"import signal,time;print('begun',flush=True);{stubborn}time.sleep(60)")
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
async def test_failed_check_does_not_blame_the_storage(
    tmp_path, monkeypatch, child_runs, program, reason
):
    slow = "sleep" in program
    monkeypatch.setattr(preflight, "START_TIMEOUT_S", 0.1 if slow else 60.0)
    child_runs(program)
    message = await refusal(source(tmp_path))
    assert reason in message
    assert "could not be checked" in message
    assert "hangs" not in message


async def test_link_to_a_mount_that_hangs_is_read_by_a_child_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "CHECK_TIMEOUT_S", 0.5)
    (tmp_path / "link").symlink_to(tmp_path / "hung")
    with hung_mount(tmp_path / "hung"):
        assert real_paths.is_local(str(tmp_path))
        for folder in (tmp_path / "hung", tmp_path / "link" / "below"):
            assert not real_paths.is_local(str(folder))
            assert "hangs" in await refusal(source(folder))
            assert not blocking._left_behind
            assert blocking._running._value == blocking.MAX_THREADS, "no thread waits for it"


@pytest.mark.parametrize("is_local", [True, False])
async def test_child_and_thread_find_the_same(tmp_path, monkeypatch, is_local):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(real_paths, "is_local", lambda _: is_local)
    await preflight.check(source(tmp_path / "full", previous_files=1))
    assert "held 7 files" in await refusal(source(tmp_path / "empty", previous_files=7))
    assert "does not exist" in await refusal(source(tmp_path / "gone"))
    assert "is not a folder" in await refusal(source(tmp_path / "full" / "file"))
    config = NfsConfig(backend="nfs", server="nas", export_path="/x", version="4")
    assert "not mounted" in await refusal(source(tmp_path / "full", config=config))


async def test_missing_interpreter_does_not_blame_the_storage(tmp_path, monkeypatch):
    monkeypatch.setattr(real_paths, "is_local", lambda _: False)
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
