"""core.lockfile: one holder at a time, named by its process id."""

import os
from pathlib import Path

import pytest

from zerobyte.core.lockfile import AlreadyLocked, lock


def test_second_lock_is_refused_with_the_holder_until_the_first_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("a longer text of an earlier holder")
    with lock(path):
        assert path.read_text() == str(os.getpid())
        with pytest.raises(AlreadyLocked) as refused:
            lock(path)
        assert refused.value.holder == str(os.getpid())
    lock(path).close()


def test_holder_without_a_process_id_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with lock(path):
        os.truncate(path, 0)
        with pytest.raises(AlreadyLocked) as refused:
            lock(path)
    assert refused.value.holder == "unknown"


def test_missing_folder_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        lock(tmp_path / "absent" / "lock")
