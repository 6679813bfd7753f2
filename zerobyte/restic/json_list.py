"""Parsing of restic's long JSON lists without blocking the event loop."""

import json
import re
from collections.abc import Generator
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from zerobyte.core import aio

T = TypeVar("T")

_GAP: Final = re.compile(r"[\s,]*")
_DECODER: Final = json.JSONDecoder()


async def parse(text: bytes, item: TypeAdapter[T]) -> list[T]:
    """Return the items of a JSON list, parsed one by one.

    Raises
        ValueError      the text is no list, ends too early, or an item has another shape.
    """
    return [item.validate_python(one) async for one in aio.in_turns(_items(text.decode()))]


def _items(shown: str) -> Generator[Any]:
    if not shown.startswith("["):
        raise ValueError("this is no list")
    at = 1
    while True:
        gap = _GAP.match(shown, at)
        assert gap is not None
        if shown.startswith("]", gap.end()):
            return
        one, at = _DECODER.raw_decode(shown, gap.end())
        yield one
