"""Renewal of a job's lease by a long poll, which also delivers stop requests.

When the lease could not be renewed in time, the run is stopped, because the API may grant the
lease to another worker: two workers must never write to one repository (T2).
"""

import asyncio
import contextlib
from typing import Final

from flows.job.context import JobContext
from zerobyte.contract.control_plane import LEASE_TTL_S, RENEW_EVERY_S, RenewRequest
from zerobyte.core import clock
from zerobyte.core.errors import Unavailable
from zerobyte.core.log import get_logger

LOST_AFTER_S: Final = LEASE_TTL_S - 5
"""Stop the job after this long without a renewal. The lease expires 5 s later, so the job ends
before another worker can take the lease."""

_log = get_logger(__name__)


async def renew_lease(job: JobContext) -> None:
    """Renew the lease until cancelled; stop the run on a cancellation or a lost lease.

    The lease is counted from the time of the request, because the API may have extended the lease
    as early as that.
    """
    renewed_at = clock.monotonic()
    while True:
        requested_at = clock.monotonic()
        wait_ms = 0 if job.is_stopped else RENEW_EVERY_S * 1000
        request = RenewRequest(
            worker=job.context.worker,
            task_id=job.task_id,
            wait_ms=wait_ms,
            phase=job.phase,
            idle_ms=None if job.phase is None else job.activity.idle_ms(),
        )
        try:
            async with asyncio.timeout(max(renewed_at + LOST_AFTER_S - requested_at, 0.1)):
                reply = await job.context.control.renew(request)
        except (Unavailable, TimeoutError):
            pass
        except Exception as error:
            _log.warning("the lease could not be renewed", error=type(error).__name__)
        else:
            if reply.held:
                renewed_at = requested_at
            else:
                job.run.request_stop("lost")
            if reply.cancel:
                job.run.request_stop("cancelled")
        if clock.monotonic() - renewed_at >= LOST_AFTER_S:
            job.run.request_stop("lost")
        await asyncio.sleep(1.0 if clock.monotonic() - requested_at < 1.0 else 0)


def start_renewal(job: JobContext) -> None:
    """Start to renew the job's lease."""
    job.renewal_task = asyncio.create_task(renew_lease(job), name=f"lease of {job.task_id}")


async def stop_renewal(job: JobContext) -> None:
    """Stop to renew the job's lease."""
    if job.renewal_task is not None:
        job.renewal_task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await job.renewal_task
