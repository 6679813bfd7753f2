"""restic.escaping: names as patterns and tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping


@given(st.text(alphabet="ab*?[]\\-^\ufffd", max_size=12))
def test_literal_leaves_no_free_special_character(name):
    pattern = escaping.literal(name)
    rest = pattern.replace("\\\\", "").replace("[\ufffd]", "")
    for special in "*[]":
        assert rest.count(special) == rest.count(f"\\{special}")
    assert rest.count("?") == rest.count("\\?")
    assert pattern.count("[\ufffd]") >= name.count("\ufffd")


def test_tags():
    assert escaping.tag("-abc_123") == "-abc_123"
    for name in ("", "a,b", "a\nb"):
        with pytest.raises(Invalid):
            escaping.tag(name)
