"""Checks and escapes for values in restic's arguments and pattern files."""

import re

from zerobyte.core.errors import Invalid

_SNAPSHOT = re.compile(r"[0-9a-f]{8,64}")
_TAG = re.compile(r"[^,\x00-\x1f\x7f]+")


def snapshot(snapshot_id: str) -> str:
    """Return a full or short snapshot id; raise Invalid for `latest` and other words."""
    if not _SNAPSHOT.fullmatch(snapshot_id):
        raise Invalid(f"{snapshot_id[:80]!r} is not the id of a snapshot.")
    return snapshot_id


def tag(name: str) -> str:
    """Return a tag; raise Invalid for a comma, which would split it in two."""
    if not _TAG.fullmatch(name):
        raise Invalid(f"{name[:80]!r} cannot be used as a tag.")
    return name


def literal(path: str) -> str:
    """Return a pattern that matches this path alone.

    restic prints every byte that is not UTF-8 as U+FFFD, see `names`. As a range, U+FFFD matches
    such a byte and no other character.
    """
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", path)
    return escaped.replace("\ufffd", "[\ufffd]")


def unescaped_break(text: str) -> bool:
    """Return True if a text does not fit on one line of a file."""
    return any(character in text for character in "\0\r\n")
