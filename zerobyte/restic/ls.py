"""`restic ls`: the entries of a snapshot as a stream."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, cast

import orjson
from pydantic import ValidationError

from zerobyte.contract.restic_output import NodeRecord
from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping
from zerobyte.restic.repository import Repository

_AHEAD = 1000


def argv(snapshot_id: str, *, path: str | None = None) -> list[str]:
    """Return the command; it takes no lock.

    path    absolute folder inside the snapshot: its direct children. None: the whole tree.
    """
    if path is not None and not path.startswith("/"):
        raise Invalid("The path inside a snapshot must be absolute.")
    where = [path] if path is not None else []
    return ["ls", "--json", "--no-lock", "--", escaping.snapshot(snapshot_id), *where]


async def run(
    repository: Repository,
    snapshot_id: str,
    *,
    path: str | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncGenerator[NodeRecord]:
    """Yield entries as restic finds them, with bounded memory for trees of any size.

    For a folder: its direct children in the order of their names' bytes. For a file: its entry.
    For a path that is not in the snapshot: nothing. Closing the iterator early ends restic; close
    it with `contextlib.aclosing`.

    Raises
        SnapshotMissing     there is no such snapshot; an empty snapshot yields nothing.
        ResticError         any other failure, perhaps after some entries.
    """
    ahead: asyncio.Queue[NodeRecord | None] = asyncio.Queue(_AHEAD)
    folder = path.rstrip("/") if path is not None else None

    async def on_line(line: bytes) -> None:
        node = _node(line)
        if node is None or (node.type == "dir" and node.path == folder):
            return
        await ahead.put(node)

    async def list_all() -> None:
        try:
            with repository.session() as session:
                await session.run(argv(snapshot_id, path=path), on_line=on_line, stop=stop)
        finally:
            with contextlib.suppress(asyncio.QueueFull):
                ahead.put_nowait(None)

    listing = asyncio.create_task(list_all())
    try:
        while not (listing.done() and ahead.empty()):
            node = await ahead.get()
            if node is not None:
                yield node
        await listing
    finally:
        listing.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await listing


async def entry(
    repository: Repository, snapshot_id: str, path: str, *, stop: asyncio.Event | None = None
) -> NodeRecord | None:
    """Return the entry of one path, or None if the snapshot has none.

    Raises as `run` does.
    """
    found: list[NodeRecord] = []

    def on_line(line: bytes) -> None:
        if not found and (node := _node(line)) is not None and node.path == path:
            found.append(node)

    with repository.session() as session:
        await session.run(argv(snapshot_id, path=path), on_line=on_line, stop=stop)
    return found[0] if found else None


async def holds(
    repository: Repository, snapshot_id: str, path: str, *, stop: asyncio.Event | None = None
) -> bool:
    """Return True if a snapshot has an entry at a path, or a link or file on the way to it.

    Raises as `run` does.
    """
    parts = path.strip("/").split("/")
    for count in range(1, len(parts) + 1):
        upper = "/" + "/".join(parts[:count])
        found = await entry(repository, snapshot_id, upper, stop=stop)
        if found is None:
            return False
        if found.type != "dir":
            return True
    return True


async def whole(
    repository: Repository,
    snapshot_id: str,
    *,
    on_chunk: Callable[[bytes], Awaitable[None]],
    stop: asyncio.Event | None = None,
) -> None:
    """Read the whole tree as restic prints it, in raw chunks; `parsed` parses their lines.

    A folder comes before its contents, and its contents before its next sibling.

    on_chunk    awaited before more is read, so memory stays bounded; an exception ends restic.

    Raises as `run` does.
    """
    with repository.session() as session:
        await session.run(argv(snapshot_id), on_chunk=on_chunk, stop=stop)


def parsed(line: bytes) -> dict[str, Any] | None:
    """Return the entry of one line with restic's field names, or None for other lines."""
    # The first line describes the snapshot; the test on bytes avoids parsing it.
    if b'"node"' not in line:
        return None
    try:
        found = orjson.loads(line)
        texts = [found["name"], found["type"], found["path"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return cast("dict[str, Any]", found) if all(isinstance(one, str) for one in texts) else None


def _node(line: bytes) -> NodeRecord | None:
    found = parsed(line)
    try:
        return NodeRecord.model_validate(found) if found is not None else None
    except ValidationError:
        return None
