"""Paths never climb out of their root, whatever is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.errors import Invalid
from zerobyte.mounts import files

STEPS = st.lists(st.sampled_from(["..", ".", "", "a", "b c", "...", "..a", "é"]), max_size=12)


@given(STEPS)
def test_a_path_stays_inside_or_is_refused(steps):
    depth, climbs = 0, False
    for step in steps:
        depth += {"..": -1, ".": 0, "": 0}.get(step, 1)
        climbs = climbs or depth < 0
    text = "/".join(steps)
    if climbs:
        with pytest.raises(Invalid, match="Invalid path"):
            files._relative_path(text)
    else:
        inside = files._relative_path(text)
        assert not inside.is_absolute()
        assert ".." not in inside.parts
        assert len([part for part in inside.parts if part != "."]) == depth


@given(st.text(max_size=50))
def test_any_text_stays_inside_or_is_refused(text):
    try:
        inside = files._relative_path(text)
    except Invalid:
        return
    assert not inside.is_absolute()
    assert ".." not in inside.parts


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("/", "/"), ("//srv//x/", "/srv/x"), ("/a/./b/../c", "/a/c"), ("/../..", "/")],
)
def test_a_path_of_the_host_is_made_plain(typed, plain):
    assert files.plain(typed) == plain


@pytest.mark.parametrize("typed", ["", "srv", "../..", "~", "/a\0b"])
def test_a_path_of_the_host_must_be_absolute(typed):
    with pytest.raises(Invalid, match="must be absolute"):
        files.plain(typed)
