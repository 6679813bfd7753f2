"""core.process.lines: lines of a stream, however its chunks are cut."""

from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.process.lines import LineReader


@given(st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"x", b"\n")), max_size=20))
def test_lines_are_the_same_however_the_chunks_fall(chunks):
    reader = LineReader(10_000)
    lines = [line for chunk in chunks for line in reader.feed(chunk)] + list(reader.rest())
    whole = b"".join(chunks)
    expected = whole.split(b"\n")
    assert lines == (expected if expected[-1] else expected[:-1])


def test_long_lines_are_dropped_and_counted_or_cut():
    reader = LineReader(5)
    assert list(reader.feed(b"12345\n123456\nab")) == [b"12345"]
    assert list(reader.feed(b"cdef\nok\n")) == [b"ok"]
    assert reader.dropped == 2
    heads = LineReader(5, keep_heads=True)
    assert list(heads.feed(b"1234567890\nab\n123")) == [b"12345", b"ab"]
    assert list(heads.feed(b"4567")) == []
    assert list(heads.rest()) == [b"12345"]
