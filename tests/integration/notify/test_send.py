"""notify.send: messages over real sockets."""

import asyncio
import time

import orjson
import pytest

from zerobyte import notify
from zerobyte.contract.notifications import (
    DestinationConfigBox,
    GenericConfig,
    NotificationMessage,
)
from zerobyte.core.errors import Invalid, NotBuilt

MESSAGE = NotificationMessage(event="success", title="Done", body="Duration: 1s")


def config(hook, **fields):
    return GenericConfig.model_validate(
        {"type": "generic", "url": f"{hook.origin}/h?a=1", "method": "POST", **fields}
    )


async def send(hook, **fields):
    await notify.send(config(hook, **fields), MESSAGE, allowed_origins=[hook.origin], timeout_s=10)


async def test_a_post_arrives_as_json_with_its_headers(hook):
    await send(hook, useJson=True, headers=["X-Token: abc", "x-token: def"])
    first, headers, body = hook.requests[0]
    assert first == "POST /h?a=1 HTTP/1.1"
    assert orjson.loads(body) == {"title": "Done", "message": "Duration: 1s"}
    assert headers["content-type"] == "application/json"
    assert headers["x-token"] == "def"


async def test_a_get_arrives_as_text(hook):
    await send(hook, method="GET")
    first, headers, body = hook.requests[0]
    assert first.startswith("GET /h?a=1 ")
    assert body == b"Done\n\nDuration: 1s"
    assert headers["content-type"] == "text/plain; charset=utf-8"


async def test_unlisted_origin_gets_no_request(hook):
    with pytest.raises(Invalid, match="WEBHOOK_ALLOWED_ORIGINS"):
        await notify.send(config(hook), MESSAGE, allowed_origins=["http://localhost:1"])
    assert hook.requests == []


async def test_a_redirect_is_not_followed(hook):
    hook.answer = (
        f"HTTP/1.1 302 Found\r\nLocation: {hook.origin}/other\r\nContent-Length: 0\r\n\r\n"
    ).encode()
    with pytest.raises(notify.DeliveryFailed, match="HTTP 302: redirects are not followed"):
        await send(hook)
    assert len(hook.requests) == 1


async def test_error_status_fails_without_its_body(hook):
    hook.answer = b"HTTP/1.1 503 No\r\nContent-Length: 14\r\n\r\ninternal words"
    with pytest.raises(notify.DeliveryFailed) as caught:
        await send(hook)
    assert caught.value.message == "The server answered HTTP 503"


async def test_an_endless_body_after_the_status_counts_as_delivered(hook):
    hook.answer = b"HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    await asyncio.wait_for(send(hook), 30)


@pytest.mark.parametrize("answer", ["drip", "silent"])
async def test_t32_hook_that_hangs_costs_no_more_than_its_total_time(hook, answer):
    hook.answer = answer
    before = time.monotonic()
    with pytest.raises(notify.DeliveryFailed, match=r"did not answer within 0\.3 seconds"):
        await notify.send(config(hook), MESSAGE, allowed_origins=[hook.origin], timeout_s=0.3)
    assert time.monotonic() - before < 20
    # Nothing is left behind: the test server's own tasks end because their peer went away.


async def test_t32_no_timeout_is_longer_than_ten_seconds(monkeypatch, hook):
    limits = []
    real = asyncio.timeout

    def remember(delay):
        limits.append(delay)
        return real(delay)

    monkeypatch.setattr("zerobyte.notify.outbound.asyncio.timeout", remember)
    await notify.send(config(hook), MESSAGE, allowed_origins=[hook.origin], timeout_s=600)
    assert limits[0] == 10


async def test_unreachable_server_fails_without_the_token(dead_port):
    dead = GenericConfig.model_validate(
        {
            "type": "generic",
            "url": f"http://127.0.0.1:{dead_port}/hook/s3cr3t-path?key=s3cr3t-query",
            "method": "POST",
            "headers": ["Authorization: Bearer s3cr3t-token"],
        }
    )
    with pytest.raises(notify.DeliveryFailed, match="cannot be reached") as caught:
        await notify.send(
            dead, MESSAGE, allowed_origins=[f"http://127.0.0.1:{dead_port}"], timeout_s=10
        )
    assert "s3cr3t" not in caught.value.message
    assert "s3cr3t" not in repr(caught.value.__cause__)


async def test_a_server_that_speaks_no_http_fails_in_words(hook):
    hook.answer = b"220 mail.example ESMTP\r\n"
    with pytest.raises(notify.DeliveryFailed, match="did not answer in HTTP"):
        await send(hook)


async def test_too_many_headers_are_refused_before_anything_is_sent(hook):
    with pytest.raises(Invalid, match="at most 32"):
        await send(hook, headers=[f"X-{n}: v" for n in range(33)])
    with pytest.raises(notify.DeliveryFailed, match="8192"):
        await send(hook, headers=["X-Long: " + "v" * 9000])
    assert hook.requests == []


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "email", "smtpHost": "m", "smtpPort": 25, "from": "a", "to": [], "useTLS": False},
        {"type": "slack", "webhookUrl": "https://hooks.slack.com/services/A/B/C"},
        {"type": "discord", "webhookUrl": "https://discord.com/api/webhooks/1/t"},
        {"type": "gotify", "serverUrl": "https://g.example", "token": "t", "priority": 5},
        {"type": "ntfy", "topic": "t", "priority": "default"},
        {"type": "pushover", "userKey": "u", "apiToken": "t", "priority": 0},
        {"type": "telegram", "botToken": "1:t", "chatId": "2"},
        {"type": "custom", "shoutrrrUrl": "slack://hook:A-B-C@webhook"},
    ],
    ids=lambda fields: fields["type"],
)
async def test_unavailable_service_is_rejected(fields):
    parsed = DestinationConfigBox.model_validate({"config": fields}).config
    with pytest.raises(NotBuilt, match="not available in this version yet"):
        await notify.send(parsed, MESSAGE, allowed_origins=["https://g.example"])
