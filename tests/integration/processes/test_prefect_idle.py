"""Prefect's task queue wakes rarely while it is idle."""

import asyncio

import pytest

from zerobyte.core import ids
from zerobyte.processes import prefect_server


async def test_listener_of_the_task_queue_enters_no_thread(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("the listener entered a thread")

    monkeypatch.setattr(asyncio, "to_thread", refuse)
    monkeypatch.setattr(prefect_server, "_DOCKET_INTERVAL", prefect_server.timedelta(0))
    async with (
        prefect_server.QuietDocket(name=ids.token(8), url="memory://") as docket,
        docket._pubsub() as pubsub,
    ):
        await pubsub.psubscribe(docket.key("cancel:*"))
        assert (await pubsub.get_message(timeout=0.1))["type"] == "psubscribe"
        assert await pubsub.get_message(timeout=0.1) is None
        await docket._publish(docket.key("cancel:task"), "task")
        async with asyncio.timeout(60):
            while (message := await pubsub.get_message(timeout=0.1)) is None:
                pass
        assert message["type"] == "pmessage"
