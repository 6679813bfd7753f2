"""Long lists are read item by item, and whatever is no whole list is refused."""

import json

import pytest
from pydantic import BaseModel, TypeAdapter

from zerobyte.restic import json_list


class Item(BaseModel):
    n: int
    text: str = ""


ITEM = TypeAdapter(Item)


@pytest.mark.parametrize("indent", [None, 1])
async def test_items_are_read_in_order(indent: int | None) -> None:
    items = [{"n": n, "text": 'ü]\\"[,'} for n in range(500)]
    found = await json_list.parse(json.dumps(items, indent=indent).encode(), ITEM)
    assert [item.model_dump() for item in found] == items


async def test_an_empty_list_has_no_items() -> None:
    assert await json_list.parse(b"[ ]", ITEM) == []


@pytest.mark.parametrize(
    "text",
    [b"", b"null", b'{"n": 1}', b"[", b'[{"n": 1}', b'[{"n": 1},', b'[{"n": "x"}]', b"[\xff"],
)
async def test_what_is_no_whole_list_of_such_items_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        await json_list.parse(text, ITEM)
