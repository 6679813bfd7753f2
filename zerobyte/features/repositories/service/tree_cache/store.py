"""Store of snapshot listings: one SQLite file that can be rebuilt from the repositories.

Bounds its own size by evicting the least recently used tree. A damaged file is deleted and created
again, which costs only time. One process uses a file. Every method blocks: call it in a thread.
"""

import contextlib
import fcntl
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.core.private_files import make_sqlite_private
from zerobyte.features.repositories.service.tree_cache.codec import Batch

T = TypeVar("T")
_log = get_logger(__name__)

_FORMAT: Final = 1
_APPLICATION: Final = 0x5A42_5452
_TABLES: Final = """
CREATE TABLE trees (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id TEXT NOT NULL, snapshot_id TEXT NOT NULL,
    is_complete INTEGER NOT NULL DEFAULT 0, node_count INTEGER NOT NULL DEFAULT 0,
    used_at INTEGER NOT NULL, UNIQUE (repository_id, snapshot_id)
);
CREATE TABLE blocks (
    tree_id INTEGER NOT NULL, number INTEGER NOT NULL, names BLOB NOT NULL, rest BLOB NOT NULL
);
CREATE UNIQUE INDEX blocks_of_tree ON blocks (tree_id, number);
CREATE TABLE segments (
    tree_id INTEGER NOT NULL, folder INTEGER NOT NULL, first INTEGER NOT NULL,
    count INTEGER NOT NULL, block INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (tree_id, folder, first)
) WITHOUT ROWID;
CREATE TABLE folders (
    tree_id INTEGER NOT NULL, key BLOB NOT NULL, number INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (tree_id, key, number)
) WITHOUT ROWID;
CREATE TABLE runs (
    tree_id INTEGER NOT NULL, first INTEGER NOT NULL, packed BLOB NOT NULL
);
CREATE UNIQUE INDEX runs_of_tree ON runs (tree_id, first);
"""
_PARTS: Final = ("blocks", "segments", "folders", "runs")
_TOUCH_EVERY_MS: Final = 60_000


class CacheFull(Exception):
    """The tree cannot be stored: it exceeds the size limit, or the disk is full."""


class TreeDropped(Exception):
    """The tree was removed, or the damaged file was created again."""


class TreeStore:
    """The SQLite file, opened at first use.

    max_bytes   size limit of the tables; a tree that alone exceeds it is refused.
    """

    def __init__(self, path: Path, *, max_bytes: int, spare_folder: Path) -> None:
        """`spare_folder` takes a temporary file when another process holds `path`."""
        self._path = path
        self._spare_folder = spare_folder
        self._max_bytes = max_bytes
        self._lock = threading.RLock()
        self._lock_file: IO[str] | None = None
        self._db: sqlite3.Connection | None = None
        self._writing: set[int] = set()
        self._in_advance: set[int] = set()

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run queries. Raises TreeDropped if the file was damaged and has been created again."""
        with self._connected_exclusively() as db:
            return work(db)

    def find(self, repository_id: str, snapshot_id: str) -> tuple[int, bool, int] | None:
        """Return a tree's id, whether it is complete, and its entry count; mark it as used."""
        with self._connected_exclusively() as db:
            row = db.execute(
                "SELECT id, is_complete, node_count, used_at FROM trees"
                " WHERE repository_id = ? AND snapshot_id = ?",
                (repository_id, snapshot_id),
            ).fetchone()
            if row is None:
                return None
            now = clock.now_ms()
            if abs(now - row[3]) > _TOUCH_EVERY_MS:
                with contextlib.suppress(sqlite3.OperationalError):  # for example a full disk
                    db.execute("UPDATE trees SET used_at = ? WHERE id = ?", (now, row[0]))
            return row[0], bool(row[1]), row[2]

    def is_complete(self, repository_id: str, snapshot_id: str) -> bool:
        """Return True if the whole tree is stored; does not mark it as used."""
        row = self.read(
            lambda db: db.execute(
                "SELECT is_complete FROM trees WHERE repository_id = ? AND snapshot_id = ?",
                (repository_id, snapshot_id),
            ).fetchone()
        )
        return row is not None and bool(row[0])

    def begin(self, repository_id: str, snapshot_id: str, *, in_advance: bool = False) -> int:
        """Create a tree, replacing the stored one, and return its id. Raises CacheFull.

        in_advance  no request waits for the tree: it counts as never used until its first query, so
                    it is evicted first, and it evicts only others of its kind.
        """
        with self._transaction() as db:
            self._remove(db, repository_id, [snapshot_id])
            made = db.execute(
                "INSERT INTO trees (repository_id, snapshot_id, used_at) VALUES (?, ?, ?)",
                (repository_id, snapshot_id, 0 if in_advance else clock.now_ms()),
            )
            assert made.lastrowid is not None
            self._writing.add(made.lastrowid)
            if in_advance:
                self._in_advance.add(made.lastrowid)
            return made.lastrowid

    def write(self, tree_id: int, batch: Batch, *, complete: int | None = None) -> None:
        """Add to a tree; `complete` is its number of entries and ends it.

        Raises
            TreeDropped     the tree was removed meanwhile.
            CacheFull       size limit or disk; the tree is removed.
        """
        try:
            with self._transaction() as db:
                if not db.execute("SELECT 1 FROM trees WHERE id = ?", (tree_id,)).fetchone():
                    raise TreeDropped
                self._evict(db, tree_id, batch.size_bytes)
                _insert(db, tree_id, batch)
                self._evict(db, tree_id, 0)
                if complete is not None:
                    db.execute(
                        "UPDATE trees SET is_complete = 1, node_count = ? WHERE id = ?",
                        (complete, tree_id),
                    )
                    self._writing.discard(tree_id)
                    self._in_advance.discard(tree_id)
        except CacheFull:
            self.abandon(tree_id)
            raise

    def abandon(self, tree_id: int) -> None:
        """Remove a tree that will not be completed or that is corrupt."""
        with contextlib.suppress(CacheFull, TreeDropped), self._transaction() as db:
            self._writing.discard(tree_id)
            self._in_advance.discard(tree_id)
            _delete(db, tree_id)

    def drop(self, repository_id: str, snapshot_ids: Collection[str] | None = None) -> None:
        """Remove the trees of snapshots, or of a whole repository."""
        with contextlib.suppress(CacheFull, TreeDropped), self._transaction() as db:
            self._remove(db, repository_id, snapshot_ids)

    def rename(self, repository_id: str, new_ids: Mapping[str, str]) -> None:
        """Give complete trees new snapshot ids: restic rewrote the snapshots, not their files."""
        with contextlib.suppress(CacheFull, TreeDropped), self._transaction() as db:
            db.executemany(
                "UPDATE OR IGNORE trees SET snapshot_id = ?"
                " WHERE repository_id = ? AND snapshot_id = ? AND is_complete = 1",
                [(new, repository_id, old) for old, new in new_ids.items()],
            )
            self._remove(db, repository_id, new_ids.keys())

    def keys(self, *, only_used: bool = False) -> list[tuple[str, str]]:
        """List repository and snapshot of every complete tree, least recently used first.

        only_used   leaves out those that were never queried.
        """
        return self.read(
            lambda db: db.execute(
                "SELECT repository_id, snapshot_id FROM trees WHERE is_complete = 1"
                " AND used_at > ? ORDER BY used_at, id",
                (0 if only_used else -1,),
            ).fetchall()
        )

    def size_bytes(self) -> int:
        """Return the size of the tables."""
        return self.read(_used)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None
            if self._lock_file is not None:
                self._lock_file.close()
                self._lock_file = None

    def _remove(
        self, db: sqlite3.Connection, repository_id: str, snapshot_ids: Collection[str] | None
    ) -> None:
        rows = db.execute(
            "SELECT id, snapshot_id FROM trees WHERE repository_id = ?", (repository_id,)
        ).fetchall()
        for tree_id, snapshot_id in rows:
            if snapshot_ids is None or snapshot_id in snapshot_ids:
                self._writing.discard(tree_id)
                self._in_advance.discard(tree_id)
                _delete(db, tree_id)

    def _evict(self, db: sqlite3.Connection, tree_id: int, bytes_more: int) -> None:
        """Make room for part of a tree. Raises CacheFull."""
        where = "WHERE used_at = 0" if tree_id in self._in_advance else ""
        while _used(db) + bytes_more > self._max_bytes:
            oldest = db.execute(f"SELECT id FROM trees {where} ORDER BY used_at, id").fetchall()  # noqa: S608
            others = [tree_id for (tree_id,) in oldest if tree_id not in self._writing]
            if not others:
                raise CacheFull
            _delete(db, others[0])

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._connected_exclusively(is_writing=True) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _connected_exclusively(self, *, is_writing: bool = False) -> Generator[sqlite3.Connection]:
        """Yield the connection to one thread at a time; re-create a damaged file."""
        with self._lock:
            try:
                yield self._connection()
            except sqlite3.OperationalError as error:
                if is_writing and _is_full(error):
                    raise CacheFull from error
                self._recreate(error)
                raise (CacheFull if is_writing else TreeDropped) from error
            except (sqlite3.DatabaseError, OSError) as error:
                self._recreate(error)
                raise (CacheFull if is_writing else TreeDropped) from error

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = (
                _open(self._path, self._max_bytes) if self._lock_path() else self._open_temporary()
            )
        return self._db

    def _lock_path(self) -> bool:
        """Lock the file for this process. Returns False if another process holds it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock_file = self._path.with_name(self._path.name + ".lock").open("a")
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock_file.close()
            return False
        self._lock_file = lock_file
        return True

    def _open_temporary(self) -> sqlite3.Connection:
        """Open an unnamed temporary file, because another process uses `path`."""
        _log.info("another process holds the tree cache; using a temporary one")
        self._spare_folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="trees-", dir=self._spare_folder)
        os.close(handle)
        try:
            return _connected(Path(name), self._max_bytes, journal="MEMORY")
        finally:
            _unlink(Path(name))

    def _recreate(self, error: Exception) -> None:
        _log.warning("the tree cache is damaged and is created again", reason=str(error))
        if self._lock_file is not None:
            _unlink(self._path)
        self.close()


def _open(path: Path, max_bytes: int) -> sqlite3.Connection:
    """Open or create the file; delete one of another format or far above the size limit."""
    for _ in range(2):
        with contextlib.suppress(sqlite3.DatabaseError):
            return _connected(path, max_bytes)
        _unlink(path)
    return _connected(path, max_bytes)


def _connected(path: Path, max_bytes: int, *, journal: str = "WAL") -> sqlite3.Connection:
    make_sqlite_private(path)
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        _prepare(db, path, max_bytes, journal)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path, max_bytes: int, journal: str) -> None:
    is_new = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    known = db.execute("PRAGMA user_version").fetchone()[0] == _FORMAT
    ours = db.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION
    if not is_new and not (known and ours and path.stat().st_size <= 2 * max_bytes):
        raise sqlite3.DatabaseError("the file has another format or exceeds its size limit")
    db.execute(f"PRAGMA journal_mode = {journal}")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA journal_size_limit = 4194304")
    if is_new:
        made = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {_FORMAT};"
        db.executescript(f"BEGIN; {_TABLES} {made} COMMIT;")
    for (tree_id,) in db.execute("SELECT id FROM trees WHERE is_complete = 0").fetchall():
        _delete(db, tree_id)


def _insert(db: sqlite3.Connection, tree_id: int, batch: Batch) -> None:
    for table, rows in zip(
        _PARTS, (batch.blocks, batch.segments, batch.folders, batch.runs), strict=True
    ):
        if rows:
            marks = ", ".join("?" * (len(rows[0]) + 1))
            numbered: list[Any] = [(tree_id, *row) for row in rows]
            db.executemany(f"INSERT INTO {table} VALUES ({marks})", numbered)  # noqa: S608 — no input


def _delete(db: sqlite3.Connection, tree_id: int) -> None:
    for table in _PARTS:
        db.execute(f"DELETE FROM {table} WHERE tree_id = ?", (tree_id,))  # noqa: S608 — no input
    db.execute("DELETE FROM trees WHERE id = ?", (tree_id,))


def _used(db: sqlite3.Connection) -> int:
    """Return the size of the tables without free pages."""
    names = ("page_count", "freelist_count", "page_size")
    pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return (pages - free) * size


def _is_full(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY) or (
        error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR
    )


def _unlink(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + end).unlink()
