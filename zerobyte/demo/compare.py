"""Whether two folders hold the same: every byte, and what the file system says about it.

Owns the comparison; reads and never writes. Sockets are left out, restic does not restore them.
"""

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK_BYTES = 1024 * 1024
_SHOWN = 20


@dataclass(slots=True)
class Comparison:
    """What was looked at and what differs.

    differences     one line for each difference, `path: what`; only the first twenty are kept.
    number          how many there are.
    """

    entries: int = 0
    size_bytes: int = 0
    count: int = 0
    differences: list[str] = field(default_factory=list[str])

    @property
    def is_same(self) -> bool:
        """True when nothing differs."""
        return self.count == 0

    def add(self, path: str, what: str) -> None:
        """Count a difference and keep its line while there is room."""
        self.count += 1
        if len(self.differences) < _SHOWN:
            self.differences.append(f"{path}: {what}")


def compare(one: Path, other: Path, on_bytes: Callable[[int], None] | None = None) -> Comparison:
    """Compare two folders below their roots: types, modes, owners, times, links and contents.

    on_bytes    called with the number of bytes compared since the last call.
    """
    found = Comparison()
    left, right = dict(_entries(one)), dict(_entries(other))
    for path in sorted(left.keys() | right.keys()):
        if path not in right:
            found.add(path, "is missing")
        elif path not in left:
            found.add(path, "was not there before")
        else:
            found.entries += 1
            _compare_entry(found, path, (one, left[path]), (other, right[path]), on_bytes)
    before, after = _hard_links(left), _hard_links(right)
    for group in sorted(before ^ after, key=sorted):
        found.add(" = ".join(sorted(group)), "hard links differ")
    return found


def _entries(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as folder:
            for entry in folder:
                seen = entry.stat(follow_symlinks=False)
                if stat.S_ISSOCK(seen.st_mode):
                    continue
                yield str(Path(entry.path).relative_to(root)), seen
                if stat.S_ISDIR(seen.st_mode):
                    waiting.append(Path(entry.path))


def _compare_entry(
    found: Comparison,
    path: str,
    one: tuple[Path, os.stat_result],
    other: tuple[Path, os.stat_result],
    on_bytes: Callable[[int], None] | None,
) -> None:
    (left_root, left), (right_root, right) = one, other
    if stat.S_IFMT(left.st_mode) != stat.S_IFMT(right.st_mode):
        found.add(path, "is of another type")
        return
    if (left.st_uid, left.st_gid) != (right.st_uid, right.st_gid):
        found.add(path, "has another owner")
    if stat.S_ISLNK(left.st_mode):
        if (left_root / path).readlink() != (right_root / path).readlink():
            found.add(path, "points elsewhere")
        return
    if stat.S_IMODE(left.st_mode) != stat.S_IMODE(right.st_mode):
        found.add(path, f"has mode {right.st_mode & 0o7777:o}, not {left.st_mode & 0o7777:o}")
    if left.st_mtime_ns != right.st_mtime_ns:
        found.add(path, "was modified at another time")
    if stat.S_ISREG(left.st_mode):
        found.size_bytes += left.st_size
        if left.st_size != right.st_size:
            found.add(path, f"has {right.st_size} bytes, not {left.st_size}")
        elif not _is_same_content(left_root / path, right_root / path, on_bytes):
            found.add(path, "has other content")
    elif left.st_rdev != right.st_rdev:
        found.add(path, "is another device")


def _is_same_content(one: Path, other: Path, on_bytes: Callable[[int], None] | None) -> bool:
    with one.open("rb", buffering=0) as left, other.open("rb", buffering=0) as right:
        while chunk := left.read(_CHUNK_BYTES):
            if chunk != right.read(len(chunk)):
                return False
            if on_bytes:
                on_bytes(len(chunk))
        return not right.read(1)


def _hard_links(entries: dict[str, os.stat_result]) -> set[frozenset[str]]:
    """Sets of paths that are one file; a link to outside of the folder is none of ours."""
    groups: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for path, seen in entries.items():
        if stat.S_ISREG(seen.st_mode) and seen.st_nlink > 1:
            groups[seen.st_dev, seen.st_ino].add(path)
    return {frozenset(group) for group in groups.values() if len(group) > 1}
