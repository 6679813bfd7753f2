"""Files of an installation are for their owner, whatever made them or the folder allows."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from zerobyte.core import private_files
from zerobyte.db import connection, migrate
from zerobyte.features.repositories.service.tree_cache.store import TreeStore


@pytest.fixture
def careless_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_a_new_database_its_wal_and_its_shared_memory_are_0600(tmp_path, careless_umask):
    tmp_path.chmod(0o777)
    url = f"sqlite://{tmp_path}/zerobyte.db"
    await migrate.upgrade(url)
    async with connection.database(url):
        found = modes(tmp_path)
    assert set(found) == {"zerobyte.db", "zerobyte.db-wal", "zerobyte.db-shm"}
    assert set(found.values()) == {0o600}


async def test_modes_of_an_existing_database_and_its_copies_are_repaired(tmp_path, sqlite_template):
    file = tmp_path / "zerobyte.db"
    file.write_bytes(sqlite_template.read_bytes())
    for name in ("zerobyte.db-wal", "zerobyte.db-shm", "zerobyte.db.before-1"):
        (tmp_path / name).touch()
    for path in tmp_path.iterdir():
        path.chmod(0o666)
    await migrate.upgrade(f"sqlite://{file}")
    assert set(modes(tmp_path).values()) == {0o600}


async def test_the_tree_index_is_0600(tmp_path, careless_umask):
    for name in ("new.db", "old.db"):
        folder = tmp_path / name
        folder.mkdir()
        if name == "old.db":
            (folder / name).touch(0o666)
        index = TreeStore(folder / name, max_bytes=2**20, spare_folder=folder)
        await asyncio.to_thread(index.begin, "repository", "snapshot")
        found = modes(folder)
        found.pop(f"{name}.lock")
        assert len(found) == 3
        assert set(found.values()) == {0o600}
        index.close()


def test_a_link_beside_the_database_is_not_followed(tmp_path):
    foreign = tmp_path / "foreign"
    foreign.touch(0o644)
    foreign.chmod(0o644)
    (tmp_path / "zerobyte.db-wal").symlink_to(foreign)
    private_files.repair_sqlite_modes(tmp_path / "zerobyte.db")
    assert stat.S_IMODE(foreign.stat().st_mode) == 0o644


def test_a_database_behind_a_link_is_repaired(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "real.db").touch()
    (disk / "real.db").chmod(0o644)
    link = tmp_path / "zerobyte.db"
    link.symlink_to(disk / "real.db")
    private_files.make_sqlite_private(link)
    assert modes(disk) == {"real.db": 0o600}


def test_repairing_modes_releases_no_lock_of_an_open_database(tmp_path):
    file = tmp_path / "zerobyte.db"
    with sqlite3.connect(file, isolation_level=None) as db:
        db.execute("CREATE TABLE t (n)")
        db.execute("BEGIN IMMEDIATE")
        private_files.make_sqlite_private(file)
        code = (
            f"import sqlite3; sqlite3.connect({str(file)!r}, timeout=0).execute('BEGIN IMMEDIATE')"
        )
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert b"locked" in other.stderr
    db.close()


def test_a_command_that_writes_creates_files_for_the_owner_alone(tmp_path):
    data = tmp_path / "data"
    command = 'umask 0000; exec "$@"'
    argv = ["sh", "-c", command, "sh", sys.executable, "-m", "zerobyte.cli", "migrate", "upgrade"]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ZEROBYTE_DATA_DIR": str(data)}
    subprocess.run(argv, env=env, check=True, capture_output=True)
    written = list(data.rglob("*"))
    assert any(path.name == "zerobyte.db" for path in written)
    assert [path for path in written if path.stat().st_mode & 0o077] == []
