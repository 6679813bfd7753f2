"""Server-sent event streams: `event: NAME`, `data: JSON`, a heartbeat every five seconds.

A client that disconnects, or a server that stops, ends the stream at once and leaves no task
behind. A user who lost access (signed out, banned, removed, or switched to another organization)
receives nothing after the next heartbeat.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, Protocol, cast

import orjson
from sanic import HTTPResponse

from zerobyte.core import clock
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import Actor, Authenticator, HttpRequest

HEARTBEAT_S: Final = 5.0
_log = get_logger(__name__)


class NamedEvent(Protocol):
    """An event of a stream: a name and a JSON payload."""

    @property
    def name(self) -> str:
        """The event's name."""
        ...

    @property
    def payload(self) -> Any:
        """The JSON value sent as `data`."""
        ...


def install(app: HttpApp) -> None:
    """End every open stream before the server stops, so that the stop does not wait for them."""
    app.ctx.open_streams = set[asyncio.Task[Any]]()

    async def end_streams(app: HttpApp) -> None:
        for task in tuple(cast("set[asyncio.Task[Any]]", app.ctx.open_streams)):
            task.cancel()

    app.register_listener(end_streams, "before_server_stop")


async def stream(
    request: HttpRequest,
    events: AsyncIterator[NamedEvent],
    *,
    first: Iterable[tuple[str, Any]] = (),
    listener: Actor,
    heartbeat_s: float | None = None,
) -> None:
    """Send `connected`, then `first`, then a heartbeat, then each event as it comes.

    listener        the actor of the request, authenticated again at each heartbeat.

    Returns when `events` ends or the listener has lost access; is cancelled when the client
    disconnects. The iterator is closed in each case. A slow client delays only its own iterator.
    """
    response = cast(
        "HTTPResponse",
        await request.respond(
            content_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        ),
    )
    now = clock.now_ms()
    await response.send(frame("connected", {"type": "connected", "timestamp": now}))
    for name, payload in first:
        await response.send(frame(name, payload))
    await response.send(frame("heartbeat", {"timestamp": now}))
    open_streams: set[asyncio.Task[Any]] = getattr(request.app.ctx, "open_streams", set())
    own = asyncio.current_task()
    assert own is not None
    open_streams.add(own)
    try:
        beat_s = HEARTBEAT_S if heartbeat_s is None else heartbeat_s
        await _forward(response, events, beat_s, lambda: _may_listen(request, listener))
    finally:
        open_streams.discard(own)
    await response.eof()


def frame(name: str, payload: Any) -> bytes:
    """Encode one event."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(payload))


async def _may_listen(request: HttpRequest, listener: Actor) -> bool:
    """Return True if the listener still has access in the same organization."""
    authenticator = cast("Authenticator", request.app.ctx.services[Authenticator])
    try:
        actor = await authenticator.actor_of(request)
    except ZerobyteError:
        return False
    except Exception:  # the client may reconnect, and then gets the error as a response
        _log.exception("a stream ends: its listener cannot be authenticated")
        return False
    return (actor.user_id, actor.organization_id) == (listener.user_id, listener.organization_id)


async def _forward(
    response: HTTPResponse,
    events: AsyncIterator[NamedEvent],
    heartbeat_s: float,
    still_listens: Callable[[], Awaitable[bool]],
) -> None:
    following: asyncio.Task[NamedEvent | None] | None = None
    try:
        beat_at = clock.monotonic() + heartbeat_s
        while True:
            following = following or asyncio.create_task(_next(events))
            await asyncio.wait({following}, timeout=max(0.0, beat_at - clock.monotonic()))
            if following.done():
                event, following = following.result(), None
                if event is None:
                    return
                await response.send(frame(event.name, event.payload))
            if clock.monotonic() >= beat_at:
                if not await still_listens():
                    return
                await response.send(frame("heartbeat", {"timestamp": clock.now_ms()}))
                beat_at = clock.monotonic() + heartbeat_s
    finally:
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
        closing = getattr(events, "aclose", None)
        if closing is not None:
            await closing()


async def _next(events: AsyncIterator[NamedEvent]) -> NamedEvent | None:
    return await anext(events, None)
