"""restic.names: the bytes of names that are not UTF-8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.errors import Invalid
from zerobyte.restic import names


@pytest.mark.parametrize(
    ("quoted", "plain"),
    [
        ("plain", b"plain"),
        (r"\xff\xfe", b"\xff\xfe"),
        (r"a\nb\tc", b"a\nb\tc"),
        (r"\u00e9", "é".encode()),
        (r"\U0001f600", "😀".encode()),
        (r"\"quoted\" \\x41", rb'"quoted" \x41'),
        ("é", "é".encode()),
    ],
)
def test_go_quoting_is_read(quoted: str, plain: bytes) -> None:
    assert names.unquoted(quoted) == plain


@given(st.binary(max_size=30))
def test_any_bytes_in_hexadecimal_quoting_are_read(name: bytes) -> None:
    assert names.unquoted("".join(f"\\x{byte:02x}" for byte in name)) == name


def test_each_byte_that_is_not_utf_8_is_listed_as_the_replacement_character() -> None:
    assert names.shown(b"a\xff\xfeb") == "a\ufffd\ufffdb"
    assert names.shown("é".encode()) == "é"


def test_listed_name_must_belong_to_exactly_one_entry() -> None:
    entries = [b"a\xff", b"b\xff", b"b\xfe"]
    assert names._only(entries, "a\ufffd", "/a") == "a\udcff"
    with pytest.raises(Invalid, match="does not hold"):
        names._only(entries, "c\ufffd", "/c")
    with pytest.raises(Invalid, match="Several entries"):
        names._only(entries, "b\ufffd", "/b")
