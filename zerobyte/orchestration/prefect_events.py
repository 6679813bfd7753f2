"""Prefect's event stream over a plain websocket: handshake, filter and reconnects.

Prefect's filter ends at the time of the request by default and would then deliver nothing, so
`until` is set far in the future.
Source: Prefect 3.8 `/api/events/out`; tested by the scheduler's contract test.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import datetime
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException
from websockets.typing import Subprotocol

from zerobyte.core import clock
from zerobyte.core.log import get_logger
from zerobyte.core.retry import Backoff
from zerobyte.orchestration.scheduler import Connected, SchedulerEvent, StateChanged, StateType

_PREFIX = "prefect.flow-run."
_FAR_FUTURE = "2999-01-01T00:00:00Z"
_TIMEOUT_S = 30.0

_log = get_logger(__name__)


async def flow_run_states(url: str, auth: str | None) -> AsyncIterator[SchedulerEvent]:
    """Yield state changes of all flow runs without end, and `Connected` after each connect.

    url     of Prefect's API, with `/api` at its end.
    """
    backoff = Backoff(max_s=10.0, jitter=True)
    is_logged = False
    while True:
        try:
            async with _open(url, auth) as socket:
                backoff.reset()
                is_logged = False
                yield Connected()
                async for text in socket:
                    try:
                        event = _read(text)
                    except (KeyError, ValueError, AttributeError) as error:
                        _log.warning("an event could not be parsed", why=type(error).__name__)
                        continue
                    if event is not None:
                        yield event
        except (OSError, WebSocketException, TimeoutError, InvalidHandshake, InvalidURI) as error:
            if not is_logged:
                _log.info(
                    "Prefect's event stream is not available; retrying", why=type(error).__name__
                )
                is_logged = True
        await asyncio.sleep(backoff.next_s())


@contextlib.asynccontextmanager
async def _open(url: str, auth: str | None) -> AsyncGenerator[ClientConnection]:
    address = "ws" + url.rstrip("/").removeprefix("http") + "/events/out"
    headers: dict[str, str] = {}
    if auth:
        headers["Authorization"] = "Basic " + base64.b64encode(auth.encode()).decode()
    async with connect(
        address,
        subprotocols=[Subprotocol("prefect")],
        additional_headers=headers,
        proxy=None,
        open_timeout=_TIMEOUT_S,
        close_timeout=1.0,
        max_size=16 * 1024 * 1024,
    ) as socket:
        async with asyncio.timeout(_TIMEOUT_S):
            await socket.send(json.dumps({"type": "auth", "token": auth}))
            await socket.recv()
            await socket.send(
                json.dumps({"type": "filter", "backfill": False, "filter": _filter()})
            )
        yield socket


def _filter() -> dict[str, object]:
    return {
        "occurred": {"since": clock.now().isoformat(), "until": _FAR_FUTURE},
        "event": {"prefix": [_PREFIX]},
    }


def _read(text: str | bytes) -> StateChanged | None:
    message = cast("dict[str, Any]", json.loads(text))
    event = cast("dict[str, Any]", message.get("event") or {})
    resource = cast("dict[str, Any]", event.get("resource") or {})
    run = str(resource.get("prefect.resource.id", ""))
    state = resource.get("prefect.state-type")
    if not run.startswith(_PREFIX) or not isinstance(state, str):
        return None
    return StateChanged(
        flow_run_id=run.removeprefix(_PREFIX),
        state=cast("StateType", state),
        state_name=str(resource.get("prefect.state-name", "")),
        occurred_at_ms=clock.to_ms(datetime.fromisoformat(str(event["occurred"]))),
    )
