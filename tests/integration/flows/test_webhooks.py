"""Webhook requests over real sockets: contents, refusals and timeouts."""

import asyncio
import time

import orjson
import pytest

from flows import webhooks
from flows.job import JobContext
from flows.outcome import HookFailed, public_message
from flows.worker_context import RunControl, WorkerContext
from tests.support.backup_jobs import backup_job
from tests.support.webhook_server import listening
from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.contract.job_reports import JobReport
from zerobyte.contract.webhooks import BackupWebhooks, Webhook
from zerobyte.restic import Interrupted, Tools

REPORT = JobReport(task_id="t1", status="failed", outcome="error", error="it broke")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def hook():
    async with listening() as endpoint:
        yield endpoint


@pytest.fixture
def working(tmp_path, hook):
    """A granted backup with the same webhook before and after it."""

    def make(*, origins=None, timeout_s=30.0, **fields):
        webhook = Webhook.model_validate({"url": f"{hook.origin}/canary-path", **fields})
        job = backup_job(webhooks=BackupWebhooks(pre=webhook, post=webhook))
        context = WorkerContext(
            control=None,
            worker=WorkerIdentity(host="local", boot_id="b", pid=1, pid_started=1),
            tools=Tools(cache_dir=tmp_path, run_dir=tmp_path),
            allowed_origins=[hook.origin] if origins is None else origins,
            webhook_timeout_s=timeout_s,
        )
        work = JobContext(context, RunControl(), job)
        work.report_for_post_hook = REPORT
        return work

    return make


async def failure(work, phase="pre"):
    with pytest.raises(HookFailed) as failed:
        await webhooks.call(work, phase)
    assert "canary" not in failed.value.message
    assert public_message(failed.value) == "The webhook failed. See its task in Zerobyte."
    return failed.value.message


async def test_default_body_is_json_and_user_headers_override_defaults(working, hook):
    await webhooks.call(working(headers=["X-A: 1", "x-a: 2", "X-Token: canary"]), "pre")
    first, headers, body = hook.requests[0]
    assert first == "POST /canary-path HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert (headers["x-a"], headers["x-token"]) == ("2", "canary")
    assert orjson.loads(body)["event"] == "backup.pre"
    await webhooks.call(working(headers=["Content-Type: text/x"]), "post")
    _, headers, body = hook.requests[1]
    assert headers["content-type"] == "text/x"
    assert orjson.loads(body)["error"] == "it broke"


@pytest.mark.parametrize("content_type", ["stop $phase\n", "ä{}"])
async def test_custom_body_is_sent_unchanged(working, hook, content_type):
    await webhooks.call(working(body=content_type), "pre")
    _, headers, body = hook.requests[0]
    assert body == content_type.encode()
    assert "content-type" not in headers


async def test_request_to_an_origin_outside_the_allow_list_is_not_sent(working, hook):
    named = f"Add {hook.origin} to WEBHOOK_ALLOWED_ORIGINS."
    for phase in ("pre", "post"):
        message = await failure(working(origins=[], url=f"{hook.origin}/canary?k=canary"), phase)
        assert message == f"{phase} webhook URL origin is not allowed. {named}"
    with_login = hook.origin.replace("http://", "http://user:canary@")
    assert named in await failure(working(origins=[], url=with_login))
    other_name = hook.origin.replace("127.0.0.1", "localhost")
    assert f"Add {other_name} to" in await failure(working(url=other_name))
    assert "not valid" in await failure(working(url="http://ca nary/canary"))
    assert hook.requests == []


@pytest.mark.parametrize("status", [302, 404, 503])
async def test_status_other_than_2xx_fails_and_redirects_are_not_followed(working, hook, status):
    hook.answer = (
        f"HTTP/1.1 {status} No\r\nLocation: {hook.origin}/other\r\nContent-Length: 6\r\n\r\ncanary"
    ).encode()
    assert await failure(working()) == f"pre webhook returned HTTP {status}"
    assert len(hook.requests) == 1


@pytest.mark.parametrize("answer", ["drip", "silent"])
async def test_t32_hanging_hook_ends_at_its_timeout(working, hook, answer):
    hook.answer = answer
    began = time.monotonic()
    # Long enough for the request to arrive on a slow machine.
    message = await failure(working(timeout_s=2.5), "post")
    assert message == "post webhook failed: Webhook timed out after 2.5 seconds"
    assert time.monotonic() - began < 30
    assert len(hook.requests) == 1


async def test_timeout_is_the_webhook_setting_not_the_notification_timeout(working, monkeypatch):
    limits = []
    real = asyncio.timeout

    def remember(delay):
        limits.append(delay)
        return real(delay)

    monkeypatch.setattr("zerobyte.notify.outbound.asyncio.timeout", remember)
    await webhooks.call(working(timeout_s=60.0), "pre")
    assert limits[0] == 60


async def test_cancellation_interrupts_a_pre_hook_but_not_a_post_hook(working, hook):
    hook.answer = "silent"
    work = working(timeout_s=30)
    asyncio.get_running_loop().call_later(0.1, work.run.request_stop, "cancelled")
    async with asyncio.timeout(20):
        with pytest.raises(Interrupted):
            await webhooks.call(work, "pre")

    late = working(timeout_s=0.5)
    late.run.request_stop("cancelled")
    assert "timed out after 0.5" in await failure(late, "post")


async def test_stopping_worker_limits_the_time_of_a_post_hook(working, hook, monkeypatch):
    monkeypatch.setattr(webhooks, "POST_HOOK_GRACE_S", 0.3)
    hook.answer = "silent"
    work = working(timeout_s=30)
    work.run.request_stop("stopping")
    async with asyncio.timeout(20):
        assert "Zerobyte was stopped" in await failure(work, "post")
    monkeypatch.setattr(webhooks, "POST_HOOK_GRACE_S", 30)
    hook.answer = b"HTTP/1.1 204 OK\r\n\r\n"
    await webhooks.call(work, "post")


async def test_oversized_body_or_headers_are_not_sent(working, hook):
    message = await failure(working(body="ä" * 65_536))
    assert message == "Webhook request body exceeds 65536 bytes"
    message = await failure(working(headers=["X-Long: " + "v" * 9000]))
    assert message == "Webhook request headers exceed 8192 bytes"
    work = working()
    work.spec.webhooks.pre.headers = [f"X-{number}: v" for number in range(33)]
    assert await failure(work) == "Webhook request exceeds 32 custom headers"
    assert hook.requests == []


async def test_unreachable_server_fails_without_the_path_in_the_error(working, dead_port):
    origin = f"http://127.0.0.1:{dead_port}"
    work = working(
        url=f"{origin}/canary?canary", origins=[origin], headers=["Authorization: Bearer canary"]
    )
    assert "pre webhook failed: The server cannot be reached" in await failure(work)


async def test_stored_webhook_that_breaks_a_newer_rule_is_not_sent(working, hook):
    work = working()
    webhook = work.spec.webhooks.pre.model_copy(update={"headers": ["X-A: a\x0bb"]})
    with pytest.raises(HookFailed, match="pre webhook failed: headers must not"):
        await webhooks._send(webhook, "pre", b"{}", allowed_origins=[hook.origin], limit_s=30)
    assert not hook.requests
