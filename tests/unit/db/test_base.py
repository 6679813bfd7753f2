"""A stored value that cannot be read is unknown: it is written back as it was, never as empty."""

from typing import Any

import pytest

from zerobyte.db.base import Row, is_damaged, json_field


@pytest.mark.parametrize("stored", ["", " ", "{", "3", '"text"', "true"])
@pytest.mark.parametrize("field", [json_field(), json_field(default=list), json_field(null=True)])
def test_a_damaged_value_is_written_back_as_it_was(field: Any, stored: str) -> None:
    found = field.to_python_value(stored)
    assert is_damaged(found)
    assert not found
    assert field.to_db_value(found, Row) == stored
