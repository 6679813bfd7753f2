"""Sends the notifications of a run to all destinations at once and reports the deliveries.

Every delivery has a timeout, so a destination that hangs never delays a backup (T32).
"""

import asyncio
import contextlib
from collections.abc import Sequence

from flows.job import JobContext
from flows.notification_text import subscribed
from zerobyte import notify
from zerobyte.contract.control_plane import DeliveryReport
from zerobyte.contract.notifications import Delivery, NotificationMessage, NotificationTarget
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger

_log = get_logger(__name__)


async def notify_all(
    job: JobContext, targets: Sequence[NotificationTarget], message: NotificationMessage
) -> list[Delivery]:
    """Send a message to the destinations of its event; a failed delivery raises nothing."""
    receivers = subscribed(targets, message.event)
    if not receivers:
        return []
    deliveries = await asyncio.gather(*(_send(job, target, message) for target in receivers))
    report = DeliveryReport(task_id=job.task_id, deliveries=list(deliveries))
    with contextlib.suppress(ZerobyteError):
        await job.context.control.report_deliveries(report)
    return list(deliveries)


async def _send(
    job: JobContext, target: NotificationTarget, message: NotificationMessage
) -> Delivery:
    limit_s = job.context.notify_timeout_s
    error: str | None = None
    try:
        async with asyncio.timeout(limit_s + 1):
            await notify.send(
                target.config,
                message,
                allowed_origins=job.context.allowed_origins,
                timeout_s=limit_s,
            )
    except TimeoutError:
        error = f"The destination did not answer within {limit_s:.0f} seconds."
    except ZerobyteError as failure:
        error = failure.message
    except Exception as failure:
        _log.error("a notification failed unexpectedly", exc_info=failure)
        error = "The notification failed unexpectedly."
    return Delivery(destination_id=target.destination_id, error=error)
