"""A stored row never breaks a list, and rows of older versions become encrypted."""

import pytest

from zerobyte.contract.base import MASK
from zerobyte.features.notifications.models import Destination

BASE = "/api/v1/notifications/destinations"
GARBAGE = [{}, [], 7, {"type": "fax"}, {"type": "email", "smtpHost": "", "to": 3}]
SLACK = {"type": "slack", "webhookUrl": "https://hooks.slack.com/services/A/B/s3cr3t"}


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_a_damaged_row_is_listed_shown_changed_and_deleted(client, garbage):
    destination = (await client.post(BASE, json={"name": "a", "config": SLACK})).json()
    await client.post(BASE, json={"name": "b", "config": SLACK})
    place = f"{BASE}/{destination['id']}"
    await Destination.filter(id=destination["id"]).update(config=garbage, type="email")
    listed = await client.get(BASE)
    assert (listed.status_code, len(listed.json())) == (200, 2)
    assert (await client.get(place)).status_code == 200
    assert (await client.patch(place, json={"name": "c"})).status_code == 200
    await Destination.filter(id=destination["id"]).update(config=garbage)
    assert (await client.patch(place, json={"config": SLACK})).status_code == 200
    await Destination.filter(id=destination["id"]).update(config=garbage)
    assert (await client.delete(place)).status_code == 200


async def test_a_host_of_blanks_is_refused_and_nothing_is_stored(client):
    config = {
        "type": "email", "smtpHost": "  ", "smtpPort": 25, "from": "a@b", "to": [], "useTLS": True,
    }  # fmt: skip
    answer = await client.post(BASE, json={"name": "a", "config": config})
    assert answer.status_code == 400
    assert (await client.get(BASE)).json() == []


async def test_an_address_is_encrypted_masked_and_kept(client, harness, hook):
    url = f"{hook.origin}/hook?token=s3cr3t"
    config = {"type": "generic", "url": url, "method": "POST", "headers": ["X-Key: v"]}
    destination = (await client.post(BASE, json={"name": "a", "config": config})).json()
    assert destination["config"]["url"] == MASK
    row = await Destination.get(id=destination["id"])
    assert "s3cr3t" not in str(row.config)
    kept = await client.patch(f"{BASE}/{destination['id']}", json={"config": destination["config"]})
    assert kept.status_code == 200, kept.text
    recipient = (await harness.notifications.recipients([destination["id"]], "o1"))[
        destination["id"]
    ]
    assert (recipient.config.url, recipient.config.headers) == (url, ["X-Key: v"])


async def test_a_row_in_clear_is_encrypted_once(client, harness, hook):
    config = {"type": "generic", "url": f"{hook.origin}/hook", "method": "POST"}
    destination = (await client.post(BASE, json={"name": "a", "config": config})).json()
    old = {**config, "url": config["url"].replace("//", "//user:s3cr3t@")}
    await Destination.filter(id=destination["id"]).update(config=old)
    assert "s3cr3t" not in (await client.get(BASE)).text
    assert await harness.notifications.encrypt_clear_rows() == 1
    assert await harness.notifications.encrypt_clear_rows() == 0
    assert "s3cr3t" not in str((await Destination.get(id=destination["id"])).config)
    recipient = (await harness.notifications.recipients([destination["id"]], "o1"))[
        destination["id"]
    ]
    assert recipient.config.url == config["url"]
    assert recipient.config.headers
