"""Amounts of data that a check may read."""

import pytest
from pydantic import TypeAdapter, ValidationError

from zerobyte.contract.verification import ReadDataSubset

_SUBSET = TypeAdapter(ReadDataSubset)


@pytest.mark.parametrize("amount", ["1/1", "256/256", "0.5%", "100%"])
def test_parts_and_percentages_are_accepted(amount: str) -> None:
    assert _SUBSET.validate_python(amount) == amount


@pytest.mark.parametrize(
    "amount", ["", "0/5", "6/5", "1/257", "0%", "101%", "5M", "1/5 --with-cache", "-1/5", "1/5\n"]
)
def test_text_that_restic_reads_otherwise_is_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        _SUBSET.validate_python(amount)
