"""Request models of volumes."""

import pytest
from pydantic import ValidationError

from zerobyte.features.volumes.schemas import ListVolumeFilesQuery, UpdateVolume


@pytest.mark.parametrize(
    ("sent", "limit", "offset"),
    [
        ({}, 500, 0),
        ({"limit": "1000", "offset": "7"}, 1000, 7),
        ({"limit": "1001"}, 1000, 0),
        ({"limit": "0", "offset": "-1"}, 1, 0),
        ({"limit": str(10**30), "offset": str(10**30)}, 1000, 2**53 - 1),
    ],
)
def test_numbers_outside_their_range_are_clamped(sent, limit, offset):
    query = ListVolumeFilesQuery.model_validate(sent)
    assert (query.limit, query.offset) == (limit, offset)


@pytest.mark.parametrize("field", ["name", "autoRemount", "config"])
def test_update_fields_may_be_absent_but_not_null(field):
    assert UpdateVolume.model_validate({}).model_fields_set == set()
    with pytest.raises(ValidationError):
        UpdateVolume.model_validate({field: None})
