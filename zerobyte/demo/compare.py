"""A comparison of two folders: contents and metadata of all entries.

It only reads. Sockets are left out, because restic does not restore them.
"""

import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK_BYTES = 1024 * 1024
_MAX_LINES = 20


@dataclass(slots=True)
class Comparison:
    """The compared entries and the differences.

    differences     one line per difference, `path: what`; only the first twenty are kept.
    count           number of differences.
    """

    entries: int = 0
    size_bytes: int = 0
    count: int = 0
    differences: list[str] = field(default_factory=list[str])

    @property
    def is_same(self) -> bool:
        """Return True if nothing differs."""
        return self.count == 0

    def add(self, path: str, what: str) -> None:
        """Count a difference; keep its line if it is one of the first twenty."""
        self.count += 1
        if len(self.differences) < _MAX_LINES:
            self.differences.append(f"{path}: {what}")


def compare(one: Path, other: Path, on_bytes: Callable[[int], None] | None = None) -> Comparison:
    """Compare two folders below their roots: types, modes, owners, times, links and contents.

    on_bytes    called with the number of bytes compared since the last call.
    """
    comparison = Comparison()
    left, right = dict(_entries(one)), dict(_entries(other))
    for path in sorted(left.keys() | right.keys()):
        if path not in right:
            comparison.add(path, "is missing")
        elif path not in left:
            comparison.add(path, "was not there before")
        else:
            comparison.entries += 1
            _compare_entry(comparison, path, (one, left[path]), (other, right[path]), on_bytes)
    before, after = _hard_links(left), _hard_links(right)
    for group in sorted(before ^ after, key=sorted):
        comparison.add(" = ".join(sorted(group)), "hard links differ")
    return comparison


def _entries(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    pending = [root]
    while pending:
        with os.scandir(pending.pop()) as folder:
            for entry in folder:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISSOCK(status.st_mode):
                    continue
                yield str(Path(entry.path).relative_to(root)), status
                if stat.S_ISDIR(status.st_mode):
                    pending.append(Path(entry.path))


def _compare_entry(
    comparison: Comparison,
    path: str,
    one: tuple[Path, os.stat_result],
    other: tuple[Path, os.stat_result],
    on_bytes: Callable[[int], None] | None,
) -> None:
    (left_root, left), (right_root, right) = one, other
    if stat.S_IFMT(left.st_mode) != stat.S_IFMT(right.st_mode):
        comparison.add(path, "is of another type")
        return
    if (left.st_uid, left.st_gid) != (right.st_uid, right.st_gid):
        comparison.add(path, "has another owner")
    if stat.S_ISLNK(left.st_mode):
        if (left_root / path).readlink() != (right_root / path).readlink():
            comparison.add(path, "points elsewhere")
        return
    if stat.S_IMODE(left.st_mode) != stat.S_IMODE(right.st_mode):
        comparison.add(path, f"has mode {right.st_mode & 0o7777:o}, not {left.st_mode & 0o7777:o}")
    if left.st_mtime_ns != right.st_mtime_ns:
        comparison.add(path, "was modified at another time")
    if stat.S_ISREG(left.st_mode):
        comparison.size_bytes += left.st_size
        if left.st_size != right.st_size:
            comparison.add(path, f"has {right.st_size} bytes, not {left.st_size}")
        elif not _is_same_content(left_root / path, right_root / path, on_bytes):
            comparison.add(path, "has other content")
    elif left.st_rdev != right.st_rdev:
        comparison.add(path, "is another device")


def _is_same_content(one: Path, other: Path, on_bytes: Callable[[int], None] | None) -> bool:
    with one.open("rb", buffering=0) as left, other.open("rb", buffering=0) as right:
        while chunk := left.read(_CHUNK_BYTES):
            if chunk != right.read(len(chunk)):
                return False
            if on_bytes:
                on_bytes(len(chunk))
        return not right.read(1)


def _hard_links(entries: dict[str, os.stat_result]) -> set[frozenset[str]]:
    """Return sets of paths that are hard links of one file, without links outside the folder."""
    groups: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for path, status in entries.items():
        if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            groups[status.st_dev, status.st_ino].add(path)
    return {frozenset(group) for group in groups.values() if len(group) > 1}
