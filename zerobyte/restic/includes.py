"""The check of a backup's include entries against the disk, before restic reads them.

restic follows every link before the last part of an entry. The API runs the check when a schedule
is saved, the worker right before restic starts; both in a thread.
"""

import os
import posixpath
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.core.protected_paths import Unreadable, is_within
from zerobyte.core.real_paths import real
from zerobyte.restic import globs, patterns

_ENTRIES_AT_MOST: Final = 2_000_000
_WILDCARD: Final = re.compile(r"[\\*?\[]")


def check(source: Path, options: BackupOptions, protected: Iterable[str]) -> list[str]:
    """Refuse entries that lead out of the volume or into folders that no backup may read.

    protected   absolute folders of our own; kernel interfaces are added.

    Returns the protected folders below the source and its included folders, by the paths on which
    restic reaches them; the caller must exclude them.

    Raises
        Invalid     an entry leaves the volume, also through a link, or the source or an entry
                    lies inside a protected folder.
    """
    checker = _Checker(str(source), Unreadable(protected))
    checker.check_root(str(source))
    for entry in options.include_paths:
        checker.check_path(entry, kind="Include path")
    for entry in options.include_patterns:
        _, pattern = patterns.negation(entry)
        if _is_wildcard(pattern):
            checker.check_pattern(pattern, entry)
        else:
            checker.check_path(pattern, kind="Include pattern")
    return sorted(checker.excluded)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder that matches the first parts of a pattern.

    path        the path on which restic reaches it.
    place       its real path.
    is_named    no wildcard matched a part of the path.
    is_linked   the path contains a link.
    """

    path: str
    place: str
    is_named: bool = True
    is_linked: bool = False


class _Checker:
    def __init__(self, root: str, unreadable: Unreadable) -> None:
        self.excluded: set[str] = set()
        self._root = root
        self._real_root = real(root)
        self._unreadable = unreadable

    def check_root(self, path: str) -> None:
        is_protected, below = self._unreadable.inside(path)
        if is_protected:
            raise _protected_path_error(path)
        self.excluded.update(below)

    def check_path(self, entry: str, *, kind: str) -> None:
        path = patterns.under(self._root, entry, kind=kind)
        # The last part may be a link: restic saves the link itself.
        if path != self._root and not self._is_inside(real(posixpath.dirname(path))):
            raise Invalid(f"{kind} escapes volume root: {entry}")
        self.check_root(path)

    def check_pattern(self, pattern: str, entry: str) -> None:
        """Check the folders of the matches, not each file: they may be any number."""
        path = patterns.under(self._root, pattern, kind="Include pattern")
        if path == self._root:
            return
        *parts, last = path[len(self._root.rstrip("/")) + 1 :].split("/")
        for folder in self._folders(parts, entry):
            if not self._is_inside(folder.place) and any(_names(folder.path, last)):
                raise Invalid(f"Include pattern escapes volume root: {entry}")
            if folder.is_linked:
                self.excluded.update(self._unreadable.below(folder.path, folder.place))

    def _folders(self, parts: Sequence[str], entry: str) -> Iterator[_Folder]:
        pending = [(_Folder(self._root.rstrip("/"), self._real_root), 0)]
        seen = 0
        while pending:
            folder, depth = pending.pop()
            if depth == len(parts):
                yield folder
                continue
            for name in _names(folder.path, parts[depth]):
                seen += 1
                if seen > _ENTRIES_AT_MOST:
                    raise Invalid(
                        f"Include pattern leads through more than {_ENTRIES_AT_MOST:,} entries: "
                        f"{entry}. Name the folder above them instead."
                    )
                deeper = self._entered(folder, name, is_named=not _is_wildcard(parts[depth]))
                if deeper is not None:
                    pending.append((deeper, depth + 1))

    def _entered(self, above: _Folder, name: str, *, is_named: bool) -> _Folder | None:
        path = f"{above.path}/{name}"
        try:
            is_link = stat.S_ISLNK(os.lstat(path).st_mode)
            found = os.stat(path)  # noqa: PTH116 — plain strings keep any byte
        except OSError:
            return None
        if not stat.S_ISDIR(found.st_mode):
            return None
        is_named = above.is_named and is_named
        place = real(path) if is_link else f"{above.place.rstrip('/')}/{name}"
        is_passed = self._unreadable.is_passed(path) if is_link else self._unreadable.holds(place)
        if is_passed or self._unreadable.is_one(found):
            if is_named:
                raise _protected_path_error(path)
            # A wildcard matched it, but no entry names it: exclude it, as below the volume.
            self.excluded.add(path)
            return None
        return _Folder(path, place, is_named, above.is_linked or is_link)

    def _is_inside(self, place: str) -> bool:
        return is_within(place, self._real_root)


def _protected_path_error(path: str) -> Invalid:
    return Invalid(
        f"{path} lies inside a folder of Zerobyte or of the kernel and cannot be backed up."
    )


def _is_wildcard(part: str) -> bool:
    return _WILDCARD.search(part) is not None


def _names(folder: str, part: str) -> Iterator[str]:
    """Yield the names in a folder that one part of a pattern matches."""
    if not _is_wildcard(part):
        if os.path.lexists(f"{folder}/{part}"):
            yield part
        return
    matches = globs.at_least(part).match
    try:
        names = os.listdir(folder or "/")  # noqa: PTH208 — plain strings keep any byte
    except OSError:
        return  # restic cannot list it either
    yield from filter(matches, names)
