"""notify.policy: the servers that notifications may be sent to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.contract.notifications import DestinationConfigBox
from zerobyte.core.errors import Invalid
from zerobyte.notify import policy


def config(**fields):
    return DestinationConfigBox.model_validate({"config": fields}).config


def generic(url):
    return config(type="generic", url=url, method="POST")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://hooks.example/a?b=c", "https://hooks.example"),
        ("https://HOOKS.example:443/a", "https://hooks.example"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("https://user:word@hooks.example/a", "https://hooks.example"),
    ],
)
def test_a_listed_origin_is_allowed_whatever_the_path(url, allowed):
    policy.check(generic(url), ["https://other.example", allowed])


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("http://hooks.example/a", "http://hooks.example"),
        ("https://hooks.example:8443/a", "https://hooks.example:8443"),
        ("https://hooks.example.evil.example/", "https://hooks.example.evil.example"),
        ("https://hooks.example@evil.example/", "https://evil.example"),
        ("https://sub.hooks.example/", "https://sub.hooks.example"),
        ("ftp://hooks.example/", "ftp://hooks.example"),
        ("nourl", "nourl"),
        ("https:///path", "https:///path"),
    ],
)
def test_an_unlisted_origin_is_refused_by_name(url, named):
    with pytest.raises(Invalid) as caught:
        policy.check(generic(url), ["https://hooks.example"])
    assert caught.value.message == (
        f"Notification webhook URL origin is not allowed. Add {named} to WEBHOOK_ALLOWED_ORIGINS."
    )


@pytest.mark.parametrize(
    "url", ["https://hooks.example\\@evil.example/", "https://hooks.example\n/", "https://h k/"]
)
def test_an_address_that_readers_understand_differently_is_refused(url):
    with pytest.raises((Invalid, ValueError)):
        policy.check(generic(url), ["https://hooks.example", "https://evil.example"])


def test_an_empty_list_refuses_everything_that_can_be_typed():
    for refused in (
        generic("https://hooks.example/"),
        config(type="gotify", serverUrl="https://g.example", token="t", priority=1),
        config(type="ntfy", serverUrl="https://n.example", topic="t", priority="high"),
    ):
        with pytest.raises(Invalid):
            policy.check(refused, [])


def test_vendors_with_a_fixed_server_need_no_list():
    for fixed in (
        config(type="ntfy", topic="t", priority="high"),
        config(type="ntfy", serverUrl="", topic="t", priority="high"),
        config(type="slack", webhookUrl="https://hooks.slack.com/services/A/B/C"),
        config(type="telegram", botToken="1:a", chatId="2"),
        config(type="custom", shoutrrrUrl="telegram://1:a@telegram?channels=2"),
        config(type="custom", shoutrrrUrl="ntfy://ntfy.sh/topic"),
    ):
        policy.check(fixed, [])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("generic://h.example/x", "https://h.example"),
        ("generic://h.example:99/x?disabletls=yes", "http://h.example:99"),
        ("generic+http://h.example/x", "http://h.example"),
        ("gotify://h.example/token?DisableTLS=true", "http://h.example"),
        ("ntfy://h.example/t?scheme=http", "http://h.example"),
        ("smtp://u:p@mail.example:587/?from=a", "smtp://mail.example"),
        ("smtp://u:p@mail.example:587/?from=a", "smtp://mail.example:587"),
        ("mqtt://broker.example/t", "mqtt://broker.example"),
    ],
)
def test_a_custom_address_is_checked_by_its_host(url, origin):
    custom = config(type="custom", shoutrrrUrl=url)
    policy.check(custom, [origin])
    with pytest.raises(Invalid, match="WEBHOOK_ALLOWED_ORIGINS"):
        policy.check(custom, ["https://another.example"])


def test_custom_addresses_of_unknown_schemes_are_refused():
    with pytest.raises(Invalid, match="Invalid custom Shoutrrr URL"):
        policy.check(config(type="custom", shoutrrrUrl="not a url"), [])
    with pytest.raises(Invalid, match='scheme "weird" is not supported by the SSRF policy'):
        policy.check(config(type="custom", shoutrrrUrl="weird://h.example/"), ["https://h.example"])


@given(st.text(max_size=40))
def test_any_text_is_refused_when_nothing_is_allowed(text):
    with pytest.raises(Invalid):
        policy.require_allowed_origin(text, [])
