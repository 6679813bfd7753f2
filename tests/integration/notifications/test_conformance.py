"""Every answer about destinations has the documented shape."""

import pytest

from tests.support.contract import assert_conforms

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
BASE = "/api/v1/notifications/destinations"


def conforms(operation_id, answer):
    assert_conforms(operation_id, answer.status_code, answer.json())
    return answer.json()


async def test_every_operation_of_destinations_answers_as_documented(client, hook):
    configs = [
        {"type": "email", "smtpHost": "m", "smtpPort": 25, "from": "a", "to": [], "useTLS": False},
        {"type": "slack", "webhookUrl": "https://hooks.slack.com/services/A/B/C", "username": "u"},
        {"type": "discord", "webhookUrl": "https://discord.com/api/webhooks/1/t"},
        {"type": "gotify", "serverUrl": hook.origin, "token": "t", "priority": 5},
        {"type": "ntfy", "topic": "t", "priority": "default", "serverUrl": hook.origin},
        {"type": "pushover", "userKey": "u", "apiToken": "t", "priority": 0},
        {"type": "telegram", "botToken": "1:t", "chatId": "2"},
        {"type": "generic", "url": hook.origin, "method": "GET", "headers": ["X-A: b"]},
        {"type": "custom", "shoutrrrUrl": "slack://hook:A-B-C@webhook"},
    ]
    for config in configs:
        body = {"name": config["type"], "config": config}
        destination = conforms("createNotificationDestination", await client.post(BASE, json=body))
        place = f"{BASE}/{destination['id']}"
        conforms("getNotificationDestination", await client.get(place))
        kept = {"config": destination["config"], "enabled": True}
        conforms("updateNotificationDestination", await client.patch(place, json=kept))
        tested = await client.post(f"{place}/test")
        if config["type"] == "generic":
            conforms("testNotificationDestination", tested)
        else:
            assert tested.status_code == 501
    assert len(conforms("listNotificationDestinations", await client.get(BASE))) == 9
    conforms("deleteNotificationDestination", await client.delete(place))
