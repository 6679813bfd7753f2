"""Clients that disconnect during a request do not affect other requests."""

import asyncio
import json
from urllib.parse import urlsplit

from tests.integration.backups.conftest import ApiHarness
from zerobyte.features.tasks.models import Task


async def test_disconnected_clients_do_not_block_the_database(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    where = urlsplit(str(harness.client.base_url))
    order = {"scheduleShortIds": [schedule["shortId"]]}
    body = json.dumps(order).encode()
    head = (
        "POST /api/v1/backups/reorder HTTP/1.1\r\nHost: localhost\r\n"
        "X-Test-Organization: o1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    for number in range(200):
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(head.encode() + body)
        await asyncio.sleep(0.0001 * (number % 40))
        writer.transport.abort()
    async with asyncio.timeout(60):
        await Task.all().limit(1)
        answer = await harness.client.post("/api/v1/backups/reorder", json=order)
    assert answer.status_code == 200
