"""The removal of extra entries from the target of a restore with `delete`.

restic's own `--delete` removes everything that the snapshot does not hold, including entries that
the backup never read, and folders with all their contents, across file systems. So restic only
lists the candidates (`--delete --dry-run`), and this module removes the entries one by one,
without following links, after the files were restored.
"""

import asyncio
import contextlib
import errno
import os
import posixpath
import re
import stat
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Final

from zerobyte.contract.selection import BackupSelection
from zerobyte.core import blocking
from zerobyte.core.errors import Invalid
from zerobyte.restic import globs
from zerobyte.restic.errors import Interrupted, as_message
from zerobyte.restic.names import UNKNOWN

MAX_ENTRIES: Final = 1_000_000
_CHUNK: Final = 500
_NAMED_AT_MOST: Final = 20
_STAYS: Final = (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST)
"""The entry is gone already, or a folder still holds entries that stay."""


class Candidates:
    """Collects the entries that restic would remove, from the lines of its dry run."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.is_too_long = False

    def on_line(self, line: bytes) -> None:
        """Parse one line of output; lines about other actions are dropped."""
        if b'"deleted"' not in line:
            return
        found = as_message(line) or {}
        path = found.get("item")
        if found.get("action") != "deleted" or not isinstance(path, str):
            return
        if len(self.paths) < MAX_ENTRIES:
            self.paths.append(path)
        else:
            self.is_too_long = True

    def check(self) -> None:
        """Raise Invalid if there are more than `MAX_ENTRIES` entries."""
        if self.is_too_long:
            raise Invalid(
                f"The restore would delete more than {MAX_ENTRIES:,} entries and is refused. "
                "Choose fewer folders, or restore without delete."
            )


@dataclass
class Rules:
    """Which entries of a restore's target may be removed.

    roots       the folders that the restore writes to, see `restore.written_roots`.
    target, base_path   those of the restore: they map a disk path to the snapshot's path.
    selection   the selection of the backup; None: unknown, and a user confirmed the deletion.
    exclude     the restore's own patterns, relative to `base_path`: their matches stay.
    """

    roots: Sequence[str]
    target: str
    base_path: str
    selection: BackupSelection | None
    exclude: Sequence[str] = ()
    _patterns: list[tuple[bool, re.Pattern[str]]] = field(default_factory=list, init=False)
    _includes: list[re.Pattern[str]] = field(default_factory=list, init=False)
    _markers: dict[str, bool] = field(default_factory=dict, init=False)
    _devices: dict[str, int | None] = field(default_factory=dict, init=False)
    _kept_folders: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Compile the patterns once."""
        self._patterns = [_compiled(pattern, self.base_path) for pattern in self.exclude]
        if self.selection is None:
            return
        root = posixpath.normpath(self.selection.volume_path)
        self._patterns += [_compiled(one, root) for one in self.selection.exclude_patterns]
        for one in self.selection.include_patterns:
            if one.startswith("!"):
                self._patterns.append(_compiled(one[1:], root, is_anchored=True))
            else:
                self._includes.append(_compiled(one, root, is_anchored=True)[1])

    def may_remove(self, path: str) -> bool:
        """Return True if the backup would have saved this entry and all in it.

        Reads the disk. Call it for the deepest entries first, see `deepest_first`.
        """
        if path not in self._kept_folders and self._was_saved(path):
            return True
        self._kept_folders.add(posixpath.dirname(path))
        return False

    def _was_saved(self, path: str) -> bool:
        if UNKNOWN in path:
            return False  # Several entries may be listed under this name.
        saved_as = self._path_in_snapshot(path)
        if saved_as is None or not self._is_included(saved_as):
            return False
        if any(self._is_excluded(parent) for parent in _with_parents(saved_as)):
            return False
        if self._is_on_other_file_system(path) or _is_never_saved(path):
            return False
        return not self._is_below_marker(path)

    def _path_in_snapshot(self, path: str) -> str | None:
        below = _below(path, self.target)
        return (
            None if below is None else posixpath.normpath(f"{self.base_path.rstrip('/')}/{below}")
        )

    def _is_included(self, path: str) -> bool:
        if self.selection is None:
            return True
        root = posixpath.normpath(self.selection.volume_path)
        if _below(path, root) is None:
            return False
        if any(_below(path, one) is not None for one in self.selection.excluded_folders):
            return False
        if not self.selection.include_paths and not self.selection.include_patterns:
            return True
        chosen = (posixpath.normpath(f"{root}/{one}") for one in self.selection.include_paths)
        return any(_below(path, one) is not None for one in chosen) or any(
            pattern.search(path) for pattern in self._includes
        )

    def _is_excluded(self, path: str) -> bool:
        is_excluded = False
        for is_negated, pattern in self._patterns:
            if pattern.search(path):
                is_excluded = not is_negated
        return is_excluded

    def _is_on_other_file_system(self, path: str) -> bool:
        if self.selection is not None and not self.selection.one_file_system:
            return False
        root = max((one for one in self.roots if _below(path, one) is not None), key=len)
        return self._device(root) != self._device(path)

    def _device(self, path: str) -> int | None:
        if path not in self._devices:
            try:
                self._devices[path] = os.lstat(path).st_dev
            except OSError:
                self._devices[path] = None
        return self._devices[path]

    def _is_below_marker(self, path: str) -> bool:
        names = self.selection.exclude_if_present if self.selection is not None else []
        if not names:
            return False
        folders = [one for one in _with_parents(path) if _below(one, self.target) is not None]
        return any(self._has_marker(folder, names) for folder in folders if folder != path)

    def _has_marker(self, folder: str, names: Sequence[str]) -> bool:
        # The first line of the marker is not compared: to keep too much is safe.
        if folder not in self._markers:
            places = (f"{folder}/{name.split(':', 1)[0]}" for name in names)
            self._markers[folder] = any(os.path.lexists(place) for place in places)
        return self._markers[folder]


async def count(paths: Sequence[str], rules: Rules) -> int:
    """Return how many of these entries may be removed; deepest first, see `deepest_first`."""
    total = 0
    for start in range(0, len(paths), _CHUNK):
        some = paths[start : start + _CHUNK]
        total += await blocking.run_blocking_on_path(
            lambda some=some: sum(map(rules.may_remove, some)), path=rules.target
        )
    return total


@dataclass(slots=True)
class Removed:
    """The result of a removal.

    count       number of removed entries.
    failures    the first entries that could not be removed, each with its reason.
    failed      number of all such entries, without folders that still hold entries.
    """

    count: int = 0
    failures: list[str] = field(default_factory=list[str])
    failed: int = 0

    def add_failure(self, path: str, error: OSError) -> None:
        """Record that an entry could not be removed."""
        if error.errno in _STAYS:
            return
        self.failed += 1
        if len(self.failures) < _NAMED_AT_MOST:
            shown = os.fsencode(path).decode(errors="replace")
            self.failures.append(f"{shown}: {os.strerror(error.errno or 0)}")


async def remove_all(paths: Sequence[str], rules: Rules, *, stop: asyncio.Event | None) -> Removed:
    """Call `remove` in a thread and in parts. Raises Interrupted if `stop` was set."""
    removed = Removed()
    for start in range(0, len(paths), _CHUNK):
        if stop is not None and stop.is_set():
            raise Interrupted("The restore was stopped before everything was deleted.")
        some = paths[start : start + _CHUNK]
        await blocking.run_blocking_on_path(
            lambda some=some: remove(some, rules, removed), path=rules.target
        )
    return removed


def remove(paths: Sequence[str], rules: Rules, removed: Removed) -> None:
    """Remove those entries that the rules allow, deepest first, and count them.

    Folders go when they are empty; links are removed, never followed. Entries that cannot be
    removed, such as mount points, stay.
    """
    for path in paths:
        if not rules.may_remove(path):
            continue
        try:
            removed.count += _remove_one(path, rules)
        except OSError as error:
            removed.add_failure(path, error)


def deepest_first(paths: Sequence[str]) -> list[str]:
    """Return the paths so that a folder comes after everything in it."""
    return sorted(set(paths), reverse=True)


def _remove_one(path: str, rules: Rules) -> bool:
    root = max((one for one in rules.roots if _below(path, one) is not None), key=len)
    relative = _below(path, root)
    if not relative:
        return False
    with _parent(os.path.realpath(root), relative) as (folder, name):
        before = os.fstat(folder)
        mode = os.lstat(name, dir_fd=folder).st_mode
        if stat.S_ISSOCK(mode):
            return False
        if stat.S_ISDIR(mode):
            os.rmdir(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
        # restic has restored the folder's time already; a removal changes it again.
        with contextlib.suppress(OSError):
            os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    return True


def _is_never_saved(path: str) -> bool:
    """Return True for sockets, which restic omits from every backup without a message."""
    try:
        return stat.S_ISSOCK(os.lstat(path).st_mode)
    except OSError:
        return False


@contextlib.contextmanager
def _parent(root: str, relative: str) -> Generator[tuple[int, str]]:
    """Open the folder of an entry step by step, so that no link leads out of the root."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    *folders, name = relative.split("/")
    descriptor = os.open(root, flags)
    try:
        for folder in folders:
            deeper = os.open(folder, flags, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = deeper
        yield descriptor, name
    finally:
        os.close(descriptor)


def _below(path: str, folder: str) -> str | None:
    """Return the part of a path below a folder, "" for the folder itself, None if outside."""
    folder = folder.rstrip("/")
    if path == folder or (not folder and path == "/"):
        return ""
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def _with_parents(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _compiled(entry: str, root: str, *, is_anchored: bool = False) -> tuple[bool, re.Pattern[str]]:
    """Return whether a restic pattern is negated, and an expression for what it matches.

    is_anchored     an include pattern: always below the root, and never negated.
    """
    is_negated = entry.startswith("!") and not is_anchored
    pattern = entry[1:] if is_negated else entry
    if pattern.startswith("/") or is_anchored:
        prefix = "" if root == "/" else re.escape(root)
        parts = posixpath.normpath(f"/{pattern.lstrip('/')}").split("/")[1:]
    else:
        prefix, parts = "", ["**", *posixpath.normpath(pattern).split("/")]
    if is_negated and parts in (["**", ""], ["**", "."]):
        # restic matches no path with such a pattern, so it revokes no exclusion. An excluding
        # one is read as matching everything: to keep too much is safe.
        return is_negated, re.compile("(?!)")
    if is_anchored:
        # restic expands includes as a shell does, where two stars are one level, as one star is.
        parts = ["*" if part == "**" else part for part in parts]
    try:
        body = globs.path(part for part in parts if part not in ("", "."))
        return is_negated, re.compile(rf"\A{prefix}{body}(?:/|\Z)", re.DOTALL)
    except re.error:
        if is_anchored:
            return is_negated, re.compile("(?!)")  # selects nothing, so that nothing is removed
        # An unreadable pattern might have excluded everything.
        return False, re.compile("")
