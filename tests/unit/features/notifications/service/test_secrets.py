"""service.secrets: header values are masked in responses and merged back on update."""

import pytest

from zerobyte.contract.notifications import GenericConfig, SlackConfig
from zerobyte.core.errors import Invalid
from zerobyte.features.notifications.service import secrets


def config(*headers, url="https://h.example/a"):
    return GenericConfig.model_validate(
        {"type": "generic", "url": url, "method": "POST", "headers": list(headers)}
    )


def test_masked_headers_keep_only_the_names():
    masked = secrets.masked_headers(config("A: one", "B:two", "A: three"))
    assert masked == ["A: ***", "B: ***", "A: ***"]


def test_masked_headers_take_stored_values_in_order():
    merged = secrets.merge(config("a: ***", "B: new", "A: ***"), config("A: 1", "B: 2", "A: 3"))
    assert merged.headers == ["A: 1", "B: new", "A: 3"]


def test_one_stored_value_replaces_only_one_mask():
    with pytest.raises(Invalid, match="Header A must be entered"):
        secrets.merge(config("A: ***", "A: ***"), config("A: 1"))


def test_masked_header_is_rejected_when_url_changes():
    with pytest.raises(Invalid, match="because url has changed"):
        secrets.merge(config("A: ***", url="https://h.example/b"), config("A: 1"))


def test_masked_header_is_rejected_when_none_is_stored():
    slack = SlackConfig(type="slack", webhook_url="https://hooks.slack.com/services/A/B/C")
    for stored in (None, slack, config()):
        with pytest.raises(Invalid, match="none is stored yet"):
            secrets.merge(config("A: ***"), stored)


def test_new_header_values_are_accepted_for_another_url():
    sent = config("A: 9", url="https://h.example/b")
    assert secrets.merge(sent, config("A: 1")).headers == ["A: 9"]
