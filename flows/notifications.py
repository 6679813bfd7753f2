"""Tells the destinations of a run, all at once, and tells the API what became of it.

Owns the time that this may take: a destination that hangs never holds a backup up (T32). Knows no
vendor; that is `zerobyte.notify`.
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
    work: JobContext, targets: Sequence[NotificationTarget], message: NotificationMessage
) -> list[Delivery]:
    """Send a message to those that want it; nobody's failure is ours."""
    wanted = subscribed(targets, message.event)
    if not wanted:
        return []
    deliveries = await asyncio.gather(*(_tell(work, target, message) for target in wanted))
    report = DeliveryReport(task_id=work.task_id, deliveries=list(deliveries))
    with contextlib.suppress(ZerobyteError):
        await work.runtime.control.report_deliveries(report)
    return list(deliveries)


async def _tell(
    work: JobContext, target: NotificationTarget, message: NotificationMessage
) -> Delivery:
    limit_s = work.runtime.notify_timeout_s
    error: str | None = None
    try:
        async with asyncio.timeout(limit_s + 1):
            await notify.send(
                target.config,
                message,
                allowed_origins=work.runtime.allowed_origins,
                timeout_s=limit_s,
            )
    except TimeoutError:
        error = f"The destination did not answer within {limit_s:.0f} seconds."
    except ZerobyteError as failure:
        error = failure.message
    except Exception as failure:
        _log.error("a notification failed in an unexpected way", exc_info=failure)
        error = "The notification failed in an unexpected way."
    return Delivery(destination_id=target.destination_id, error=error)
