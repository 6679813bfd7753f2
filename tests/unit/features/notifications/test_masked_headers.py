"""Headers lose their values in answers, and get them back only where they belong."""

import pytest

from zerobyte.contract.notifications import GenericConfig, SlackConfig
from zerobyte.core.errors import Invalid
from zerobyte.features.notifications import present


def config(*headers, url="https://h.example/a"):
    return GenericConfig.model_validate(
        {"type": "generic", "url": url, "method": "POST", "headers": list(headers)}
    )


def test_only_the_names_are_shown():
    shown = present.masked_headers(config("A: one", "B:two", "A: three"))
    assert shown == ["A: ***", "B: ***", "A: ***"]


def test_masks_take_the_stored_values_in_their_order():
    kept = present.keep_masked(config("a: ***", "B: new", "A: ***"), config("A: 1", "B: 2", "A: 3"))
    assert kept.headers == ["A: 1", "B: new", "A: 3"]


def test_one_stored_value_serves_one_mask():
    with pytest.raises(Invalid, match="Header A must be entered"):
        present.keep_masked(config("A: ***", "A: ***"), config("A: 1"))


def test_a_mask_is_refused_for_another_address():
    with pytest.raises(Invalid, match="because url has changed"):
        present.keep_masked(config("A: ***", url="https://h.example/b"), config("A: 1"))


def test_a_mask_is_refused_when_nothing_is_stored():
    slack = SlackConfig(type="slack", webhook_url="https://hooks.slack.com/services/A/B/C")
    for former in (None, slack, config()):
        with pytest.raises(Invalid, match="none is stored yet"):
            present.keep_masked(config("A: ***"), former)


def test_new_values_may_go_anywhere():
    sent = config("A: 9", url="https://h.example/b")
    assert present.keep_masked(sent, config("A: 1")).headers == ["A: 9"]
