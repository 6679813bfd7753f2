"""Schedules with a failure alert, and a record of the notifications that are sent."""

from typing import Any

from tests.integration.backups.conftest import ApiHarness
from tests.support.waiting import until


async def schedule_with_alert(harness: ApiHarness, **more: Any) -> dict[str, Any]:
    """Create a schedule and a destination that gets its failures."""
    schedule = await harness.schedule(**more)
    config = {"type": "slack", "webhookUrl": "https://hooks.slack.com/services/A/B/C"}
    url = "/api/v1/notifications/destinations"
    answer = await harness.client.post(url, json={"name": schedule["name"], "config": config})
    assert answer.status_code == 201, answer.text
    entry = {
        "destinationId": answer.json()["id"], "notifyOnStart": False,
        "notifyOnSuccess": False, "notifyOnWarning": False, "notifyOnFailure": True,
    }  # fmt: skip
    url = f"/api/v1/backups/{schedule['shortId']}/notifications"
    assert (await harness.client.put(url, json={"assignments": [entry]})).status_code == 200
    return schedule


async def await_notifications(harness: ApiHarness) -> None:
    async def is_quiet() -> bool:
        return (
            not harness.services.alerts._sending and not harness.services.notifications._deliveries
        )

    await until(is_quiet)
