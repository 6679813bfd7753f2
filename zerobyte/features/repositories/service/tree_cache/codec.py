"""Encode the entries of a snapshot for the tree store, and decode them again.

The entries of one folder lie together, up to 500 in a segment; small folders share a block. A block
is two compressed texts: the names, which a search reads alone, and the other fields. The order of
the whole tree is kept as runs: N entries of one folder, then M entries of another.
"""

import array
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

NODES_PER_BLOCK: Final = 500
_RUNS_PER_ROW: Final = 2000
_LEVEL: Final = 1
_REST: Final = ("type", "uid", "gid", "size", "mode", "mtime", "atime", "ctime")
_TEXT: Final = {str, type(None)}
_TYPES: Final = ({str}, {int}, {int}, {int, type(None)}, {int}, _TEXT, {*_TEXT, int}, {*_TEXT, int})
"""Types of the columns `_REST`; a block with others is corrupt, because entries are sent as is."""

Run = tuple[int, int, int]
"""Consecutive entries of one folder: the folder's number, the first entry, the count."""

Entry = dict[str, Any]
"""An entry with the fields of `NodeRecord`, in their order; a field without a value is absent."""


class CorruptBlock(Exception):
    """Stored data cannot be decoded."""


@dataclass(slots=True)
class Batch:
    """Encoded data ready to be written, in the columns of the tables.

    blocks      number, names, other fields.
    segments    folder, first entry, count, block, position in the block.
    folders     key of the path, number, count; only folders whose entries are all written.
    runs        position of the first entry in the whole tree, packed runs.
    """

    blocks: list[tuple[int, bytes, bytes]] = field(default_factory=list[tuple[int, bytes, bytes]])
    segments: list[tuple[int, int, int, int, int]] = field(
        default_factory=list[tuple[int, int, int, int, int]]
    )
    folders: list[tuple[bytes, int, int]] = field(default_factory=list[tuple[bytes, int, int]])
    runs: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])

    @property
    def size_bytes(self) -> int:
        """Approximate size in the file, in bytes."""
        packed = sum(len(names) + len(rest) for _, names, rest in self.blocks)
        packed += sum(len(runs) for _, runs in self.runs)
        return packed + 48 * (len(self.segments) + len(self.folders))


class _Folder:
    """A folder whose entries are still arriving; `first` is the first entry in memory."""

    __slots__ = ("first", "names", "number", "path", "rows")

    def __init__(self, path: str, number: int) -> None:
        self.path = path
        self.number = number
        self.first = 0
        self.names: list[str] = []
        self.rows: list[tuple[Any, ...]] = []


class BlockEncoder:
    """Encode the entries of one tree, which arrive in restic's order.

    Memory stays flat: at most one segment is held of each folder on the current path.
    """

    def __init__(self) -> None:
        self.count = 0
        self._folders = 1
        self._open = [_Folder("/", 0)]
        self._pack: list[_Folder] = []
        self._packed = 0
        self._blocks = 0
        self._closed: list[tuple[bytes, int, int]] = []
        self._runs = array.array("I")
        self._runs_first = 0
        self._batch = Batch()

    def add(self, node: Mapping[str, Any]) -> None:
        """Add the next entry, as restic printed it."""
        path: str = node["path"]
        parent = path.rpartition("/")[0] or "/"
        top = self._open[-1]
        if top.path != parent:
            top = self._descend(parent)
        position = top.first + len(top.names)
        top.names.append(node["name"])
        mtime, atime, ctime = node.get("mtime"), node.get("atime"), node.get("ctime")
        # Most entries have three equal times: store 0 for those equal to mtime to save space.
        atime, ctime = 0 if atime == mtime else atime, 0 if ctime == mtime else ctime
        size, mode = node.get("size"), node.get("mode", 0)
        uid, gid = node.get("uid", 0), node.get("gid", 0)
        top.rows.append((node["type"], uid, gid, size, mode, mtime, atime, ctime))
        self._run(top.number, position)
        if len(top.names) >= NODES_PER_BLOCK:
            self._put(top)
        if node["type"] == "dir":
            self._enter(path)

    def take(self, *, all_: bool = False) -> Batch:
        """Return the data that became ready; with `all_`, also a block that is not full."""
        if all_:
            self._write_block()
        batch, self._batch = self._batch, Batch()
        return batch

    @property
    def ready_blocks(self) -> int:
        """Number of blocks that `take` would return."""
        return len(self._batch.blocks)

    def finish(self) -> Batch:
        """Return the remaining data; no entry follows."""
        while self._open:
            self._close(self._open.pop())
        self._write_block()
        self._write_runs()
        return self.take()

    def _descend(self, parent: str) -> _Folder:
        """Close complete folders, up to the one that holds the next entry."""
        while self._open[-1].path != parent:
            top = self._open[-1].path
            if top == "/" or parent.startswith(top + "/"):
                self._enter(parent)  # restic did not list this folder
            else:
                self._close(self._open.pop())
        return self._open[-1]

    def _enter(self, path: str) -> None:
        self._open.append(_Folder(path, self._folders))
        self._folders += 1

    def _close(self, folder: _Folder) -> None:
        self._closed.append((key_of(folder.path), folder.number, folder.first + len(folder.names)))
        self._put(folder)

    def _put(self, folder: _Folder) -> None:
        """Move the entries of a folder from memory into the block that is being filled."""
        if folder.names:
            segment = _Folder(folder.path, folder.number)
            segment.first, segment.names, segment.rows = folder.first, folder.names, folder.rows
            self._pack.append(segment)
            self._packed += len(segment.names)
            folder.first += len(folder.names)
            folder.names, folder.rows = [], []
        if self._packed >= NODES_PER_BLOCK:
            self._write_block()

    def _write_block(self) -> None:
        if self._pack:
            names = [[part.path, part.number, part.first, part.names] for part in self._pack]
            rows = [row for part in self._pack for row in part.rows]
            columns = list(zip(*rows, strict=True))
            self._batch.blocks.append((self._blocks, _packed(names), _packed(columns)))
            self._batch.segments += [
                (part.number, part.first, len(part.names), self._blocks, position)
                for position, part in enumerate(self._pack)
            ]
            self._blocks += 1
            self._pack, self._packed = [], 0
        self._batch.folders += self._closed
        self._closed = []

    def _run(self, folder: int, position: int) -> None:
        runs = self._runs
        if runs and runs[-3] == folder and runs[-2] + runs[-1] == position:
            runs[-1] += 1
        else:
            if len(runs) >= 3 * _RUNS_PER_ROW:
                self._write_runs()
                runs = self._runs
            runs.extend((folder, position, 1))
        self.count += 1

    def _write_runs(self) -> None:
        if self._runs:
            packed = zlib.compress(self._runs.tobytes(), _LEVEL)
            self._batch.runs.append((self._runs_first, packed))
            self._runs_first = self.count
            self._runs = array.array("I")


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a folder in a block; `row` is the position of its first entry there."""

    path: str
    folder: int
    first: int
    names: list[str]
    row: int


def segments_in(packed: bytes) -> list[Segment]:
    """Return the names of a block by segment. Raises CorruptBlock."""
    row = 0
    found: list[Segment] = []
    try:
        for path, folder, first, names in _unpacked(packed):
            found.append(Segment(path, folder, first, names, row))
            row += len(names)
    except (TypeError, ValueError) as error:
        raise CorruptBlock from error
    return found


class Block:
    """One decoded block: its entries by segment and position."""

    def __init__(self, names: bytes, rest: bytes) -> None:
        self._segments = segments_in(names)
        self._columns: list[list[Any]] = _unpacked(rest)

    def entries(self, position: int, run: Run) -> list[Entry]:
        """Return the entries of a run, all in one segment. Raises CorruptBlock."""
        folder, first, count = run
        try:
            segment = self._segments[position]
            start = first - segment.first
            names = segment.names[start : start + count]
            begin = segment.row + start
            columns = [column[begin : begin + count] for column in self._columns]
            if segment.folder != folder or start < 0 or len(names) != count:
                raise CorruptBlock
            if set(map(type, names)) != {str} or any(
                not types.issuperset(map(type, column))
                for types, column in zip(_TYPES, columns, strict=True)
            ):
                raise CorruptBlock
            base = segment.path.rstrip("/")
            return [_entry(base, *row) for row in zip(names, *columns, strict=True)]
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            raise CorruptBlock from error

    def path_of(self, position: int) -> str:
        """Return the folder that a segment belongs to. Raises CorruptBlock."""
        if position >= len(self._segments):
            raise CorruptBlock
        return self._segments[position].path


def _entry(base: str, name: str, type_: str, uid: int, gid: int, *rest: Any) -> Entry:
    """Return one entry; plain dictionaries take a tenth of the time of models."""
    size, mode, mtime, atime, ctime = rest
    entry: Entry = {"name": name, "type": type_, "path": f"{base}/{name}", "uid": uid, "gid": gid}
    if size is not None:
        entry["size"] = size
    entry["mode"] = mode
    for time, stored in (("mtime", mtime), ("atime", atime), ("ctime", ctime)):
        value = mtime if stored == 0 else stored
        if value is not None:
            entry[time] = value
    return entry


def runs_in(packed: bytes) -> Iterator[Run]:
    """Yield the runs of one row, in order. Raises CorruptBlock."""
    numbers = array.array("I")
    try:
        numbers.frombytes(zlib.decompress(packed))
    except (zlib.error, ValueError) as error:
        raise CorruptBlock from error
    if len(numbers) % 3:
        raise CorruptBlock
    yield from zip(*[iter(numbers)] * 3, strict=True)


def key_of(path: str) -> bytes:
    """Return the key of a folder: 16 bytes, however long the path is."""
    return hashlib.blake2b(path.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _packed(value: Any) -> bytes:
    return zlib.compress(orjson.dumps(value), _LEVEL)


def _unpacked(packed: bytes) -> Any:
    try:
        return orjson.loads(zlib.decompress(packed))
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise CorruptBlock from error
