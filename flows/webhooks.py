"""The webhooks before and after a backup: requests, limits and errors.

Each hook is called once and never repeated (T36). URL paths, headers and bodies are secrets: an
error names an origin at most.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

import orjson

from flows.job import JobContext
from flows.outcome import HookFailed, detailed_message
from flows.tasks import log_to_prefect, run_optional_step
from flows.worker_context import StopReason
from zerobyte.contract.job_reports import BackupResult, JobReport
from zerobyte.contract.jobs import BackupJob
from zerobyte.contract.webhooks import Webhook
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Invalid
from zerobyte.notify import DeliveryFailed, outbound, policy
from zerobyte.notify.errors import TooLate
from zerobyte.restic import Interrupted

Phase = Literal["pre", "post"]

POST_HOOK_GRACE_S: Final = 5.0
"""Timeout of a post hook during a worker shutdown; the final report needs time as well."""

_MAX_ERROR_CHARS: Final = 8_000


async def call_pre_hook(job: JobContext) -> None:
    """Step: call the pre hook; the backup does not start if the hook fails."""
    # The request may stop a service even if it fails: from here on the post hook must run.
    job.has_begun = True
    await call(job, "pre")
    log_to_prefect("The webhook succeeded")


async def call_post_hook(job: JobContext) -> None:
    """Step: call the post hook."""
    await call(job, "post")
    log_to_prefect("The webhook succeeded")


async def run_post_hook(job: JobContext) -> None:
    """Run the post hook, even after a stop request. A hook that fails makes success a warning."""
    job.report_for_post_hook = job.report()
    error = await run_optional_step(job, "post hook", call_post_hook)
    if error is None:
        return
    text = detailed_message(error)
    job.post_hook_error = text
    if isinstance(job.result, BackupResult):
        job.warnings.append(text)
        details = "\n\n".join(filter(None, (job.result.warning_details, text)))
        job.result = job.result.model_copy(update={"warning_details": details})


def payload(job: BackupJob, phase: Phase, report: JobReport | None = None) -> bytes:
    """Return the default body of a hook, with the keys in their documented order."""
    body = {
        "jobId": job.task_id,
        "scheduleId": job.schedule_short_id,
        "organizationId": job.organization_id,
        "sourcePath": job.source.path,
        "phase": phase,
        "event": f"backup.{phase}",
    }
    if report is not None:
        body["status"] = _status(report)
        if report.details:
            body["error"] = report.details[:_MAX_ERROR_CHARS]
    return orjson.dumps(body)


def _status(report: JobReport) -> str:
    if report.status == "succeeded":
        return "warning" if report.outcome == "warning" else "success"
    return "cancelled" if report.status == "cancelled" else "error"


async def call(job: JobContext, phase: Phase) -> None:
    """Send one hook's request; abandon it when a stop request leaves no more time.

    Raises
        HookFailed      names the origin at most.
        Interrupted     the run was stopped before the pre hook answered.
    """
    spec = job.spec
    assert isinstance(spec, BackupJob)
    assert spec.webhooks is not None
    hook = spec.webhooks.pre if phase == "pre" else spec.webhooks.post
    assert hook is not None
    report = job.report_for_post_hook if phase == "post" else None
    sending = asyncio.ensure_future(
        _send(
            hook,
            phase,
            payload(spec, phase, report),
            allowed_origins=job.context.allowed_origins,
            limit_s=job.context.webhook_timeout_s,
        )
    )
    stopping = asyncio.ensure_future(job.run.stop.wait())
    try:
        await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            await asyncio.wait({sending}, timeout=_timeout_after_stop_s(phase, job.run.reason))
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


def _timeout_after_stop_s(phase: Phase, reason: StopReason | None) -> float | None:
    """Return how long a hook may run on after a stop request; None means its full timeout."""
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
    custom = [_parse_header(line) for line in hook.headers or []]
    _check_sizes(custom, content)
    try:
        require_valid(hook)  # a stored hook may be older than a validation rule
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


def _parse_header(line: str) -> tuple[str, str]:
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
