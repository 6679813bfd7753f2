"""What the generic vendor puts into its request."""

import orjson
import pytest
from pydantic import ValidationError

from zerobyte.contract.notifications import GenericConfig, NotificationMessage
from zerobyte.notify import generic

MESSAGE = NotificationMessage(event="failure", title="It failed", body="Error: disk\nVolume: v")


def config(**fields):
    return GenericConfig.model_validate({"type": "generic", "url": "u", "method": "POST", **fields})


def test_json_uses_the_default_keys():
    sent = orjson.loads(generic.body(config(useJson=True), MESSAGE))
    assert sent == {"title": "It failed", "message": "Error: disk\nVolume: v"}
    assert dict(generic.headers(config(useJson=True)))["Content-Type"] == "application/json"


def test_json_uses_the_chosen_keys():
    sent = orjson.loads(
        generic.body(config(useJson=True, titleKey="subject", messageKey="text"), MESSAGE)
    )
    assert sent == {"subject": "It failed", "text": "Error: disk\nVolume: v"}


def test_plain_text_says_the_title_too():
    assert generic.body(config(), MESSAGE) == b"It failed\n\nError: disk\nVolume: v"
    assert dict(generic.headers(config()))["Content-Type"].startswith("text/plain")


def test_the_chosen_content_type_wins():
    assert dict(generic.headers(config(contentType="text/x")))["Content-Type"] == "text/x"


def test_a_very_long_text_is_shortened_so_that_the_news_arrives():
    long = NotificationMessage(event="warning", title="T", body="é" * 500_000)
    for use_json in (True, False):
        assert len(generic.body(config(useJson=use_json), long)) < 65_536


@pytest.mark.parametrize(
    "header",
    [
        "NoColon",
        "Bad name: x",
        "X: ",
        "X:: y",
        "Content-Length: 3",
        "Host: other",
        "Transfer-Encoding: chunked",
        "X: a\r\nY: b",
        "X: a\nHost: b",
    ],
)
def test_headers_that_could_split_the_request_are_refused(header):
    with pytest.raises(ValidationError):
        config(headers=[header])


def test_header_values_are_secrets():
    named = config(headers=["Authorization: Bearer abcdef"])
    assert generic.secrets(named) == ["Bearer abcdef", "Bearer", "abcdef"]
