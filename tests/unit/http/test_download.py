"""http.download: the file name in the headers of a download."""

import os

import pytest

from zerobyte.http.download import disposition


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ('a"b.txt', "attachment; filename=\"a?b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("é*.txt", "attachment; filename=\"?*.txt\"; filename*=UTF-8''%C3%A9%2A.txt"),
        ("a\r\nSet-Cookie: x", 'attachment; filename="a__Set-Cookie: x"'),
        ("..", "attachment; filename=download"),
        ("..\\..\\x", "attachment; filename=_.._x"),
    ],
)
def test_file_name_in_the_header_is_safe(name: str, header: str) -> None:
    assert disposition(name) == header


def test_file_name_of_any_bytes_makes_a_header() -> None:
    assert disposition(os.fsdecode(b"\xff.txt")).isascii()
