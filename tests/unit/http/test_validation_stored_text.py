"""No text with a NUL comes in, and a written backslash is not taken for one."""

import pytest
from pydantic import BaseModel

from zerobyte.http.validation import InvalidInput, from_form, from_json, from_query


class Text(BaseModel):
    text: str


@pytest.mark.parametrize("body", [rb'{"text":"a\u0000b"}', rb'{"text":"\\\u0000"}'])
def test_a_nul_is_refused(body):
    with pytest.raises(InvalidInput, match="must not contain NUL"):
        from_json(Text, body)


def test_a_written_backslash_is_no_escape():
    assert from_json(Text, rb'{"text":"\\u0000"}').text == r"\u0000"


def test_a_nul_in_a_query_is_refused():
    with pytest.raises(InvalidInput, match="must not contain NUL"):
        from_query(Text, [("text", "a\0b")])


@pytest.mark.parametrize("body", [b"text=%00", b"text=a%00b&text=%00", b"text=a\0b"])
def test_a_nul_in_a_form_is_refused(body):
    with pytest.raises(InvalidInput, match="must not contain NUL"):
        from_form(Text, body)
