"""The lock of the active process belongs to the database, whatever path names it."""

from pathlib import Path

import pytest

from zerobyte.core.errors import Unavailable
from zerobyte.db.active_lock import ActiveLock


def lock_of(database: Path) -> ActiveLock:
    return ActiveLock(f"sqlite://{database}", wait_s=0, on_lost=lambda: None, standby=False)


def test_a_link_to_the_database_gives_no_second_active_process(tmp_path: Path) -> None:
    (tmp_path / "link").mkdir()
    link = tmp_path / "link/other.db"
    link.symlink_to(tmp_path / "zerobyte.db")
    first = lock_of(tmp_path / "zerobyte.db")
    first.acquire()
    try:
        with pytest.raises(Unavailable, match="Another Zerobyte process is active"):
            lock_of(link).acquire()
    finally:
        first.release()
    second = lock_of(link)
    second.acquire()
    second.release()
