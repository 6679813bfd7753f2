"""One message to several destinations: a failure of one does not affect the others."""

from typing import Any

import pytest

from tests.integration.notifications.conftest import NotificationsHarness
from tests.support.waiting import until
from zerobyte import notify
from zerobyte.contract.notifications import DestinationConfig, NotificationMessage
from zerobyte.features.notifications.models import Destination

MESSAGE = NotificationMessage(event="failure", title="t", body="b")


@pytest.mark.parametrize("broken", ["send", "record"])
async def test_an_unexpected_error_of_one_destination_does_not_stop_the_others(
    harness: NotificationsHarness,
    hook: Any,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
) -> None:
    made: list[int] = []
    for name in ("one", "two"):
        config = {"type": "generic", "url": f"{hook.origin}/{name}", "method": "POST"}
        url = "/api/v1/notifications/destinations"
        answer = await client.post(url, json={"name": name, "config": config})
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    send, record = notify.send, harness.notifications.record_delivery

    async def failing_send(config: DestinationConfig, *rest: Any, **how: Any) -> None:
        if broken == "send" and "/one" in str(config):
            raise RuntimeError("unexpected")
        await send(config, *rest, **how)

    async def failing_record(destination_id: int, *rest: Any, **how: Any) -> None:
        if broken == "record" and destination_id == made[0]:
            raise RuntimeError("unexpected")
        await record(destination_id, *rest, **how)

    monkeypatch.setattr(notify, "send", failing_send)
    monkeypatch.setattr(harness.notifications, "record_delivery", failing_record)
    harness.notifications.dispatch(made, "o1", MESSAGE)
    await until(lambda: not harness.notifications._deliveries)
    rows = {row.id: row for row in await Destination.all()}
    assert rows[made[1]].status == "healthy"
    if broken == "send":
        assert "unexpected way" in (rows[made[0]].last_error or "")
