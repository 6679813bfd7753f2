"""contract.exact: inputs that refuse unknown keys."""

import pytest
from pydantic import Field, ValidationError

from zerobyte.contract.exact import Exact


class Chosen(Exact):
    snapshot_ids: list[str] = Field(default_factory=list)


def test_known_keys_are_accepted_by_name_and_by_alias() -> None:
    assert Chosen.model_validate({"snapshotIds": ["a"]}).snapshot_ids == ["a"]
    assert Chosen.model_validate({"snapshot_ids": ["a"]}).snapshot_ids == ["a"]


def test_unknown_key_is_named_with_the_known_ones_and_cut() -> None:
    with pytest.raises(ValidationError) as refused:
        Chosen.model_validate({"snapshotId": []})
    [error] = refused.value.errors()
    assert error["type"] == "extra_forbidden"
    assert error["msg"] == "Unknown key 'snapshotId'; the known keys are snapshotIds"
    with pytest.raises(ValidationError) as refused:
        Chosen.model_validate({"k" * 1000: []})
    assert len(refused.value.errors()[0]["msg"]) < 150


@pytest.mark.parametrize("sent", [[], "text", 3, None])
def test_other_values_are_no_object(sent: object) -> None:
    with pytest.raises(ValidationError):
        Chosen.model_validate(sent)
