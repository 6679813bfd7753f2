"""The two webhooks around a backup: told before it begins, and told how it went.

Owns what is said, to whom and for how long. Each is called once and never again (T36). Address
paths, headers and bodies are secrets: an error names an origin at most. Knows no schedule and no
database.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Literal

import orjson
from prefect import task
from prefect.client.schemas.objects import State

from flows.job import JobContext
from flows.outcome import HookFailed, detailed_message
from flows.tasks import STEP_OPTIONS, log_to_prefect, run_optional_step, run_step_body
from flows.worker_context import StopReason
from zerobyte.contract.jobs import BackupJob, BackupResult, JobReport
from zerobyte.contract.webhooks import Webhook
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Invalid
from zerobyte.notify import DeliveryFailed, outbound, policy
from zerobyte.notify.errors import TooLate
from zerobyte.restic import Interrupted

Phase = Literal["pre", "post"]

POST_HOOK_GRACE_S: Final = 5.0
"""What a post hook gets from a worker that is going down; its last words take time too."""

_MAX_ERROR_CHARS: Final = 8_000


@task(name="pre hook", **STEP_OPTIONS)
async def pre_hook(task_id: str) -> State[Any] | None:
    """Say that the backup is about to begin; if nobody takes it, it does not."""

    async def say(work: JobContext) -> None:
        # From here on a service may have been stopped for us: the post hook is owed.
        work.has_begun = True
        await call(work, "pre")
        log_to_prefect("The webhook took it")

    return await run_step_body(task_id, say)


@task(name="post hook", **STEP_OPTIONS)
async def post_hook(task_id: str) -> State[Any] | None:
    """Say how the backup went, also after a wish to stop."""

    async def say(work: JobContext) -> None:
        await call(work, "post")
        log_to_prefect("The webhook took it")

    return await run_step_body(task_id, say, always=True)


async def call_post_hook(work: JobContext) -> None:
    """Call the post hook. A good snapshot stays good: a hook that fails makes it a warning."""
    work.report_for_post_hook = work.report()
    trouble = await run_optional_step(post_hook, work)
    if trouble is None:
        return
    text = detailed_message(trouble)
    work.post_hook_error = text
    if isinstance(work.result, BackupResult):
        work.warnings.append(text)
        details = "\n\n".join(filter(None, (work.result.warning_details, text)))
        work.result = work.result.model_copy(update={"warning_details": details})


def payload(job: BackupJob, phase: Phase, report: JobReport | None = None) -> bytes:
    """The body of a hook that has none of its own, with the keys in their documented order."""
    said = {
        "jobId": job.task_id,
        "scheduleId": job.schedule_short_id,
        "organizationId": job.organization_id,
        "sourcePath": job.source.path,
        "phase": phase,
        "event": f"backup.{phase}",
    }
    if report is not None:
        said["status"] = _status(report)
        if report.details:
            said["error"] = report.details[:_MAX_ERROR_CHARS]
    return orjson.dumps(said)


def _status(report: JobReport) -> str:
    if report.status == "succeeded":
        return "warning" if report.outcome == "warning" else "success"
    return "cancelled" if report.status == "cancelled" else "error"


async def call(work: JobContext, phase: Phase) -> None:
    """Send one hook's request, and let go of it when the run may wait no longer.

    Raises
        HookFailed      with the origin at most.
        Interrupted     the run was stopped before a pre hook had answered.
    """
    job = work.job
    assert isinstance(job, BackupJob)
    assert job.webhooks is not None
    hook = job.webhooks.pre if phase == "pre" else job.webhooks.post
    assert hook is not None
    report = work.report_for_post_hook if phase == "post" else None
    sending = asyncio.ensure_future(
        _send(
            hook,
            phase,
            payload(job, phase, report),
            allowed_origins=work.runtime.allowed_origins,
            limit_s=work.runtime.webhook_timeout_s,
        )
    )
    stopping = asyncio.ensure_future(work.run.stop.wait())
    try:
        await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            await asyncio.wait({sending}, timeout=_patience_s(phase, work.run.reason))
        if sending.done():
            sending.result()
        elif phase == "pre":
            raise Interrupted("The pre hook was interrupted.")
        else:
            raise HookFailed("post webhook failed: Zerobyte was stopped before it answered")
    finally:
        sending.cancel()
        stopping.cancel()
        await asyncio.gather(sending, stopping, return_exceptions=True)


def _patience_s(phase: Phase, reason: StopReason | None) -> float | None:
    """How long an unanswered hook may go on after the wish to stop; None as if there were none."""
    if phase == "pre":
        return 0.0
    return POST_HOOK_GRACE_S if reason == "stopping" else None


async def _send(
    hook: Webhook,
    phase: Phase,
    default_body: bytes,
    *,
    allowed_origins: Sequence[str],
    limit_s: float,
) -> None:
    if not policy.is_address(hook.url):
        raise HookFailed(f"{phase} webhook failed: The address is not valid")
    try:
        policy.require_allowed_origin(hook.url, allowed_origins, of=f"{phase} webhook")
    except Invalid as error:
        raise HookFailed(error.message) from None
    content = default_body if hook.body is None else hook.body.encode()
    custom = [_pair(line) for line in hook.headers or []]
    _check_sizes(custom, content)
    try:
        require_valid(hook)  # what is stored may be older than a rule
    except Invalid as error:
        raise HookFailed(f"{phase} webhook failed: {error.message}") from None
    typed = [("Content-Type", "application/json")] if hook.body is None else []
    values = [value for _, value in custom]
    try:
        status = await outbound.status_of(
            "POST",
            hook.url,
            headers=[("User-Agent", "Zerobyte"), *typed, *custom],
            content=content,
            limit_s=limit_s,
            insecure_tls=bool(hook.insecure_tls) and hook.url.startswith("https://"),
            secrets=values + [word for value in values for word in value.split()],
        )
    except TooLate:
        raise HookFailed(
            f"{phase} webhook failed: Webhook timed out after {limit_s:g} seconds"
        ) from None
    except DeliveryFailed as error:
        raise HookFailed(f"{phase} webhook failed: {error.message}") from None
    if not 200 <= status < 300:
        raise HookFailed(f"{phase} webhook returned HTTP {status}")


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()


def _check_sizes(headers: Sequence[tuple[str, str]], content: bytes) -> None:
    if len(content) > outbound.MAX_BODY_BYTES:
        raise HookFailed(f"Webhook request body exceeds {outbound.MAX_BODY_BYTES} bytes")
    if len(headers) > outbound.MAX_HEADERS:
        raise HookFailed(f"Webhook request exceeds {outbound.MAX_HEADERS} custom headers")
    size = sum(len(name) + len(value.encode()) for name, value in headers)
    if size > outbound.MAX_HEADER_BYTES:
        raise HookFailed(f"Webhook request headers exceed {outbound.MAX_HEADER_BYTES} bytes")
