"""A plain SQLite table of file entries with one index: the alternative to the tree cache."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from zerobyte.contract.restic_output import NodeRecord

_TABLE: Final = """
CREATE TABLE nodes (
    tree TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, type TEXT, uid INTEGER,
    gid INTEGER, size INTEGER, mode INTEGER, mtime TEXT, atime TEXT, ctime TEXT
);
CREATE INDEX nodes_of_folder ON nodes (tree, folder, name);
"""
_FIELDS: Final = ("name", "type", "uid", "gid", "size", "mode", "mtime", "atime", "ctime")
_COLUMNS: Final = ", ".join(("folder", *_FIELDS))


class TreeTable:
    """Stores every entry as one row and reads pages with LIMIT and OFFSET. Every method blocks."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLE)

    def build(self, tree: str, nodes: Iterable[Mapping[str, Any]]) -> None:
        """Store all entries of a tree in one transaction."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (tree, node["path"].rpartition("/")[0], *(node.get(name) for name in _FIELDS))
                for node in nodes
            ),
        )
        self._db.execute("COMMIT")

    def page(self, tree: str, folder: str, limit: int) -> list[NodeRecord]:
        """Return the first entries of a folder."""
        return self._read("tree = ? AND folder = ?", (tree, folder), limit)

    def search(self, tree: str, text: str, limit: int) -> list[NodeRecord]:
        """Return the first entries of a tree whose name contains the text, in any case."""
        return self._read("tree = ? AND name LIKE ?", (tree, f"%{text}%"), limit)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def _read(self, where: str, arguments: tuple[str, ...], limit: int) -> list[NodeRecord]:
        selects = (
            f"SELECT COUNT(*) FROM nodes WHERE {where}",  # noqa: S608 — fixed texts
            f"SELECT {_COLUMNS} FROM nodes WHERE {where} ORDER BY folder, name LIMIT {limit}",  # noqa: S608
        )
        self._db.execute(selects[0], arguments).fetchone()  # a page also states the total
        return [
            NodeRecord.model_construct(
                path=f"{folder}/{values[0]}", **dict(zip(_FIELDS, values, strict=True))
            )
            for folder, *values in self._db.execute(selects[1], arguments)
        ]
