"""`restic cat tree`: the entries of one folder of a snapshot, without reading the others.

`restic ls SNAPSHOT /folder` also reads the contents of every folder beside those on the path, which
takes as long as the whole listing where folders are flat. `cat tree` reads those on the path alone.
"""

import asyncio
import re
from typing import Any, Final

import orjson

from zerobyte.contract.restic_output import NodeRecord
from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping, names
from zerobyte.restic.errors import ResticError
from zerobyte.restic.repository import Repository

_MAX_BYTES: Final = 4 * 1024 * 1024
"""Larger folders are refused: parsing this many bytes already takes about 15 ms."""

# Go prints a time without zeros at the end of the fraction, and UTC as Z. Other programs that write
# repositories may not, and `restic ls` would print such a time in another form than the tree.
_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?(Z|[+-](?!00:00)\d\d:\d\d)"
)


class FolderUnlisted(ResticError):
    """The folder cannot be read alone: it is too large, or written by another program."""


def argv(snapshot_id: str, folder: str) -> list[str]:
    """Return the command; it takes no lock. `folder` is a normal absolute path."""
    if not folder.startswith("/"):
        raise Invalid("The path inside a snapshot must be absolute.")
    return ["cat", "--no-lock", "tree", "--", f"{escaping.snapshot(snapshot_id)}:{folder}"]


async def children(
    repository: Repository, snapshot_id: str, folder: str, *, stop: asyncio.Event | None = None
) -> list[NodeRecord]:
    """Return a folder's direct children exactly as `restic ls` lists them.

    folder      a normal absolute path. A listed path that holds U+FFFD does not identify a folder.

    Raises
        FolderUnlisted      only a listing of the whole snapshot can tell its children.
        SnapshotMissing     there is no such snapshot.
        ResticError         any other failure; also a path that is not a folder of the snapshot.
    """
    if names.UNKNOWN in folder:
        raise FolderUnlisted("The path holds bytes that are not UTF-8.")
    printed = bytearray()

    def on_chunk(chunk: bytes) -> None:
        printed.extend(chunk)
        if len(printed) > _MAX_BYTES:
            raise FolderUnlisted("The folder is too large to be read at once.")

    with repository.session() as session:
        await session.run(argv(snapshot_id, folder), on_chunk=on_chunk, stop=stop)
    return await asyncio.to_thread(_parsed, bytes(printed), folder)


def _parsed(printed: bytes, folder: str) -> list[NodeRecord]:
    base = folder.rstrip("/")
    try:
        return [_record(node, base) for node in orjson.loads(printed)["nodes"]]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise FolderUnlisted("The folder is written in another form than restic's.") from error


def _record(node: dict[str, Any], base: str) -> NodeRecord:
    """Return one node of a tree with the fields that `restic ls` prints of it."""
    name = names.shown(names.unquoted(node["name"]))
    times = {key: node[key] for key in ("mtime", "atime", "ctime")}
    if not all(_TIME.fullmatch(time) for time in times.values()):
        raise FolderUnlisted("The times of the folder are in another form than restic's.")
    # restic leaves zeros out of trees; `ls` prints the size of every file, also of an empty one.
    size = node.get("size", 0) if node["type"] == "file" else None
    ids = {key: node.get(key, 0) for key in ("uid", "gid", "mode")}
    return NodeRecord.model_validate(
        {"name": name, "type": node["type"], "path": f"{base}/{name}", "size": size, **ids, **times}
    )
