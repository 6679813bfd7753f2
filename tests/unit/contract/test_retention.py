"""contract.retention: which keep rules are accepted, and which of them keep anything."""

import pytest
from pydantic import ValidationError

from zerobyte.contract.retention import RetentionPolicy, RetentionPolicyInput


@pytest.mark.parametrize("text", ["7d", "2m", "1y5m7d2h", "999999h"])
def test_durations_of_restic_are_kept(text: str) -> None:
    assert RetentionPolicy.model_validate({"keepWithinDuration": text}).has_rules()


def test_white_space_around_a_duration_never_reaches_restic() -> None:
    policy = RetentionPolicy.model_validate({"keepWithinDuration": " 7d\n"})
    assert policy.keep_within_duration == "7d"


@pytest.mark.parametrize("text", ["", "0d", "0y0m", None])
def test_empty_and_zero_durations_are_no_rule(text: str | None) -> None:
    policy = RetentionPolicy.model_validate({"keepWithinDuration": text})
    assert policy.keep_within_duration is None
    assert not policy.has_rules()


@pytest.mark.parametrize("text", ["7", "d", "7w", "2h1d", "1000000h", "-7d", "7 d", "7\u0665d"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="must be a duration"):
        RetentionPolicy.model_validate({"keepWithinDuration": text})


@pytest.mark.parametrize("count", [True, "1", 1.5, -1, 100_001])
def test_counts_are_whole_numbers_within_their_range(count: object) -> None:
    with pytest.raises(ValidationError):
        RetentionPolicy.model_validate({"keepLast": count})


def test_zero_keeps_nothing() -> None:
    assert not RetentionPolicy(keep_last=0, keep_daily=0).has_rules()
    assert RetentionPolicy(keep_last=0, keep_yearly=1).has_rules()


def test_unknown_rule_in_a_request_is_refused() -> None:
    with pytest.raises(ValidationError, match="Unknown key 'keepDayly'"):
        RetentionPolicyInput.model_validate({"keepDayly": 7})
    assert RetentionPolicy.model_validate({"keepDayly": 7}) == RetentionPolicy()
