"""Exclude patterns of a restore, relative to the restored folder.

restic compares absolute patterns with paths below the restored folder, but users write the paths
that the snapshot shows.
"""

import posixpath
import re
from typing import Final

from zerobyte.core.errors import Invalid
from zerobyte.restic import globs

_SKIPS: Final = ("**", "**")
_READINGS_AT_MOST: Final = 16
"""Every reading adds one pattern for restic; usual patterns have two or three."""


def below(pattern: str, folder: str) -> list[str]:
    """Return the patterns to pass to restic for one exclude pattern when a folder is restored.

    pattern     in restic's syntax; an absolute one names paths as the snapshot shows them. One
                that matches nothing in the folder is relative to the folder, as for restic.
    folder      normal absolute path inside the snapshot.

    Raises
        Invalid     the pattern matches the folder itself, or can be read in too many ways.
    """
    negation, path = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if folder == "/" or not path.startswith("/"):
        return [pattern]
    found = _rests(_without_repeated_skips(_parts(path)), _parts(folder))
    if "" in found:
        raise Invalid(f"Exclude pattern {pattern} leaves out everything that would be restored.")
    return sorted(f"{negation}{one}" for one in found) or [pattern]


def _rests(pattern: list[str], folder: list[str]) -> set[str]:
    """Return the possible rests of a pattern after it matched the folder; "" for none."""
    positions = _with_skips(pattern, {0})
    for part in folder:
        if len(pattern) in positions:
            return {""}
        stays = {at for at in positions if pattern[at] == "**"}
        moved = {at + 1 for at in positions - stays if _matches(pattern[at], part)}
        positions = _with_skips(pattern, stays | moved)
        if len(positions) > _READINGS_AT_MOST:
            raise Invalid(f"Exclude pattern {'/'.join(pattern)[:200]} has too many wildcards.")
    return {"".join(f"/{part}" for part in pattern[at:]) for at in positions}


def _with_skips(pattern: list[str], positions: set[int]) -> set[int]:
    """Add the positions for a `**` that matches no folder."""
    found = set(positions)
    # Two `**` are never adjacent, see `_without_repeated_skips`.
    return found | {at + 1 for at in found if at < len(pattern) and pattern[at] == "**"}


def _matches(pattern: str, part: str) -> bool:
    try:
        return re.fullmatch(rf"{globs.component(pattern)}\Z", part, re.DOTALL) is not None
    except re.error:
        return False


def _parts(path: str) -> list[str]:
    return [part for part in posixpath.normpath(path).split("/") if part]


def _without_repeated_skips(pattern: list[str]) -> list[str]:
    before = ["", *pattern]
    return [part for last, part in zip(before, pattern, strict=False) if (last, part) != _SKIPS]
