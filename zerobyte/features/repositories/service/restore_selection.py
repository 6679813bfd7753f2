"""Compute which paths of a snapshot a restore writes, and into which folder."""

import asyncio
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zerobyte.contract.restic_output import NodeRecord, SnapshotRecord
from zerobyte.core.errors import Invalid
from zerobyte.core.protected_paths import is_within, normal
from zerobyte.features.repositories import models, schemas
from zerobyte.features.repositories.service.path_rules import common_ancestor
from zerobyte.features.repositories.service.snapshot_files import SnapshotFiles

_LOOKED_UP_AT_MOST: Final = 32
_CONCURRENT_LOOKUPS: Final = 2
_PATHS_AT_MOST: Final = 100
FOREIGN: Final = (
    "Original location restore is unavailable for this snapshot. "
    "Restore it to a custom location instead."
)
_EITHER: Final = "A restore takes either chosen paths or exclude patterns, not both"
_ONE_FOLDER: Final = (
    "This snapshot holds several paths, and exclude patterns at the original location need one "
    "folder. Choose a folder to include, or restore to a custom location"
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The selected paths, with the field names of `RestoreJob`.

    target      absolute folder, "/" for the original location.
    base_path   the folder inside the snapshot that becomes `target`; None with "/".
    include     normal absolute paths inside the snapshot; empty for all of it.
    writes      paths that the restore writes to, with everything below them.
    """

    target: str
    base_path: str | None
    include: tuple[str, ...]
    writes: tuple[str, ...]


class RestoreSelector:
    """Computes selections, and looks into the snapshot if the request is ambiguous."""

    def __init__(self, files: SnapshotFiles) -> None:
        self._files = files

    async def select(
        self, row: models.Repository, record: SnapshotRecord, body: schemas.Restore, *, target: str
    ) -> Selection:
        """Return the selection of a request with a normal absolute `target`.

        Raises
            Invalid     an included path is not in the snapshot, or the options contradict.
            Unavailable, ResticError    the snapshot's files cannot be read.
        """
        included = tuple(sorted({normal(path) for path in body.include or ()}))
        if target == "/":
            return await self._select_in_place(row, record, body, included)
        base, include = (
            await self._select_included(row, record, body, included)
            if included
            else await self._select_all(row, record)
        )
        if include and body.exclude:
            raise Invalid.at(["exclude"], _EITHER)
        return Selection(target, base, include, (target,))

    async def _select_in_place(
        self,
        row: models.Repository,
        record: SnapshotRecord,
        body: schemas.Restore,
        included: tuple[str, ...],
    ) -> Selection:
        paths = included or _paths_of(record)
        nodes = await self._find_nodes(row, record, paths, directly=not included)
        if None in nodes:
            # restic backed up a relative path: the tree has no absolute location of the files.
            raise Invalid(FOREIGN) if not included else _outside(paths[nodes.index(None)])
        if not body.exclude:
            return Selection("/", None, paths, paths)
        if len(paths) == 1 and nodes and nodes[0] is not None and nodes[0].type == "dir":
            # restic accepts no exclude with an include; restoring the folder to itself needs none.
            return Selection(paths[0], paths[0], (), paths)
        # Without an include, restic writes the whole tree to "/", including other paths.
        raise Invalid.at(["exclude"], _EITHER if included else _ONE_FOLDER)

    async def _select_included(
        self,
        row: models.Repository,
        record: SnapshotRecord,
        body: schemas.Restore,
        included: tuple[str, ...],
    ) -> tuple[str, tuple[str, ...]]:
        """Return the base folder of the included paths, and the paths to include inside it."""
        nodes = await self._find_nodes(row, record, included)
        for path, node in zip(included, nodes, strict=False):
            if node is None:
                raise _outside(path)
        base = common_ancestor(included)
        first = nodes[0] if nodes else None
        kind = first.type if first is not None else body.selected_item_kind
        if len(included) == 1 and base != "/" and kind != "dir":
            return posixpath.dirname(base), included
        return base, () if base in included else included

    async def _select_all(
        self, row: models.Repository, record: SnapshotRecord
    ) -> tuple[str, tuple[str, ...]]:
        """Return the deepest folder that holds the whole snapshot."""
        base = common_ancestor(_paths_of(record))
        if base == "/":
            return base, ()
        node = await self._files.node_at_once(row, record.id, base)
        if node is None:
            return "/", ()
        return (base, ()) if node.type == "dir" else (posixpath.dirname(base), (base,))

    async def _find_nodes(
        self,
        row: models.Repository,
        record: SnapshotRecord,
        paths: Sequence[str],
        *,
        directly: bool = False,
    ) -> list[NodeRecord | None]:
        """Return the entries of these paths; for a long list, only check that all exist.

        directly    look up each backed-up path directly instead of waiting for the whole listing.
        """
        if len(paths) > _LOOKED_UP_AT_MOST:
            for path in paths:
                if not any(is_within(path, p) or is_within(p, path) for p in record.paths):
                    raise _outside(path)
            wanted = {path for path in paths if path != "/"}
            if missing := await self._files.missing(row, record.id, wanted):
                raise _outside(min(missing))
            return []
        one_by_one = asyncio.Semaphore(_CONCURRENT_LOOKUPS if directly else _LOOKED_UP_AT_MOST)
        find = self._files.node_at_once if directly else self._files.node

        async def node(path: str) -> NodeRecord | None:
            if path == "/":
                return NodeRecord(name="/", type="dir", path="/")
            async with one_by_one:
                return await find(row, record.id, path)

        return list(await asyncio.gather(*(node(path) for path in paths)))


def _paths_of(record: SnapshotRecord) -> tuple[str, ...]:
    """Return the backed-up paths, their common ancestor if many, "/" for foreign paths."""
    if not all(path.startswith("/") for path in record.paths):
        return ("/",)
    paths = tuple(sorted({normal(path) for path in record.paths}))
    return paths if 0 < len(paths) <= _PATHS_AT_MOST else (common_ancestor(paths),)


def _outside(path: str) -> Invalid:
    return Invalid.at(["include"], f"The snapshot does not hold {path[:500]}")
