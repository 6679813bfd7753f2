"""Events of Prefect's event stream."""

import asyncio
import json

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from zerobyte.orchestration import prefect_events
from zerobyte.orchestration.scheduler import Connected, StateChanged


async def test_malformed_event_is_skipped() -> None:
    resource = {"prefect.resource.id": "prefect.flow-run.r1", "prefect.state-type": "CRASHED"}
    sound = {"event": {"resource": resource, "occurred": "2026-11-23T06:53:10+00:00"}}
    undated = {"event": {"resource": resource}}
    messages = ["no json", "[]", json.dumps(undated), json.dumps(sound)]

    async def speak(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send("{}")
        await socket.recv()
        for text in messages:
            await socket.send(text)
        await socket.wait_closed()

    async with serve(speak, "127.0.0.1", 0, subprotocols=[Subprotocol("prefect")]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        events = prefect_events.flow_run_states(f"http://127.0.0.1:{port}/api", None)
        async with asyncio.timeout(60):
            assert isinstance(await anext(events), Connected)
            event = await anext(events)
        await events.aclose()  # pyright: ignore[reportAttributeAccessIssue] - it is a generator
    assert isinstance(event, StateChanged)
    assert (event.flow_run_id, event.state) == ("r1", "CRASHED")
