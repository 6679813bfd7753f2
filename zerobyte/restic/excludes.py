"""A restore's exclude patterns, made relative to the folder of the snapshot that is restored.

restic compares absolute patterns with paths below the restored folder, while people write the
paths that the snapshot shows.
"""

import posixpath
import re
from typing import Final

from zerobyte.core.errors import Invalid
from zerobyte.restic import globs

_SKIPS: Final = ("**", "**")
_READINGS_AT_MOST: Final = 16
"""Every reading is one more pattern for restic; people's patterns have two or three."""


def below(pattern: str, folder: str) -> list[str]:
    """Return an exclude pattern as restic has to be given it when a folder is restored.

    pattern     restic's; an absolute one names paths as the snapshot shows them. One that names
                nothing in the folder counts from the folder itself, as restic takes it.
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
    """Return what may be left of a pattern after it matched the folder; "" when nothing is."""
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
    """Add the positions that are reached when `**` matches no folder at all."""
    found = set(positions)
    # Two `**` never stand side by side, see `_without_repeated_skips`.
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
