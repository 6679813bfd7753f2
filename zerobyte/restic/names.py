"""The real bytes of names in which restic prints U+FFFD for bytes that are not UTF-8.

`restic ls` loses those bytes, so a listed path does not identify its entry. The trees inside the
repository keep them in Go's quoting, and `restic cat tree` prints the trees.
"""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, TypeAdapter

from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping
from zerobyte.restic.repository import Session

UNKNOWN: Final = "\ufffd"
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([abfnrtv\\\"']))")
_CONTROL: Final = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


class _Entry(BaseModel):
    name: str


class _Tree(BaseModel):
    nodes: list[_Entry] = []


_TREE: Final = TypeAdapter(_Tree)


def unquoted(name: str) -> bytes:
    """Return the bytes that Go's `strconv.Quote` wrote as this text, without the quotes."""
    found = bytearray()
    position = 0
    for escape in _ESCAPE.finditer(name):
        found += name[position : escape.start()].encode(errors="surrogateescape")
        byte, short, long, control = escape.groups()
        if byte:
            found.append(int(byte, 16))
        elif short or long:
            found += chr(int(short or long, 16)).encode(errors="surrogatepass")
        else:
            found.append(_CONTROL.get(control, ord(control)))
        position = escape.end()
    return bytes(found + name[position:].encode(errors="surrogateescape"))


def shown(name: bytes) -> str:
    """Return a name as restic prints it: U+FFFD for each byte that is not UTF-8."""
    text = name.decode(errors="surrogateescape")
    return re.sub("[\udc80-\udcff]", UNKNOWN, text)


async def resolve(session: Session, snapshot_id: str, paths: Sequence[str]) -> dict[str, str]:
    """Return the real path of each listed path that holds U+FFFD, with surrogate escapes.

    Raises
        Invalid         two entries have the same listed name, or there is no entry.
        ResticError     the trees cannot be read.
    """
    trees: dict[str, list[bytes]] = {}
    found: dict[str, str] = {}
    for path in paths:
        if UNKNOWN not in path:
            continue
        real = ""
        for part in path.strip("/").split("/"):
            if UNKNOWN not in part:
                real = f"{real}/{part}"
                continue
            if real not in trees:
                trees[real] = await _names(session, snapshot_id, real)
            real = f"{real}/{_only(trees[real], part, path)}"
        found[path] = real
    return found


async def _names(session: Session, snapshot_id: str, folder: str) -> list[bytes]:
    reference = f"{escaping.snapshot(snapshot_id)}:{folder or '/'}"
    tree = await session.document(["cat", "--no-lock", "tree", "--", reference], _TREE)
    return [unquoted(entry.name) for entry in tree.nodes]


def _only(names: Sequence[bytes], part: str, path: str) -> str:
    matching = [name for name in names if shown(name) == part]
    if not matching:
        raise Invalid(f'The snapshot does not hold "{path}".')
    if len(matching) > 1:
        raise Invalid(
            f'Several entries of the snapshot are listed as "{path}": their names differ only in '
            "bytes that are not UTF-8. Restore the folder that holds them instead."
        )
    return matching[0].decode(errors="surrogateescape")
