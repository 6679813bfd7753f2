"""Stream a file to a client: headers with its name, back-pressure, and no silent truncation.

The body is chunked, because its size is unknown in advance. A body that cannot be finished ends
with an aborted connection, never with the last chunk, so every client notices the missing rest.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from re import compile as pattern
from typing import Any, Final, cast
from urllib.parse import quote

from sanic import HTTPResponse

from zerobyte.http.auth import HttpRequest

_TOKEN: Final = pattern(r"[A-Za-z0-9!#$&+.^_`|~-]+")
_UNQUOTED: Final = "!#$&+-.^_`|~"
"""Characters besides letters and digits that RFC 5987 leaves as they are."""

_MAX_NAME_BYTES: Final = 255

Send = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DownloadHead:
    """What the headers say about a download."""

    file_name: str
    content_type: str


async def send_download(
    request: HttpRequest, head: DownloadHead, produce: Callable[[Send], Awaitable[None]]
) -> None:
    """Send all bytes that `produce` passes to its argument.

    The headers are sent with the first bytes: if `produce` raises before them, the client gets the
    error as a usual response. Later, the connection is aborted. A slow client slows `produce`; a
    client that disconnects, or a server that stops, cancels it.
    """
    response: HTTPResponse | None = None

    async def start() -> HTTPResponse:
        headers = {
            "Content-Disposition": disposition(head.file_name),
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            # A proxy that collects the body on its disk would defeat the back-pressure.
            "X-Accel-Buffering": "no",
        }
        return cast(
            "HTTPResponse", await request.respond(content_type=head.content_type, headers=headers)
        )

    async def send(chunk: bytes) -> None:
        nonlocal response
        response = response or await start()
        await response.send(chunk)

    open_streams: set[asyncio.Task[Any]] = getattr(request.app.ctx, "open_streams", set())
    own = asyncio.current_task()
    assert own is not None
    open_streams.add(own)
    try:
        await produce(send)
        response = response or await start()
        await response.eof()
    except BaseException:
        if response is not None:
            _abort(request)
        raise
    finally:
        open_streams.discard(own)


def disposition(file_name: str) -> str:
    """Return the `Content-Disposition` header of a file name, by RFC 6266 and RFC 8187."""
    name = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in file_name)
    name = name.encode(errors="replace")[:_MAX_NAME_BYTES].decode(errors="ignore")
    name = name.strip(". ") or "download"
    if _TOKEN.fullmatch(name):
        return f"attachment; filename={name}"
    # Old clients read this form; some of them decode a percent sign in it.
    plain = "".join(c if c.isascii() and c not in '"%' else "?" for c in name)
    if plain == name:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_UNQUOTED)}"


def _abort(request: HttpRequest) -> None:
    """Reset the connection, so that the client cannot take a part for the whole body."""
    transport = cast("asyncio.Transport | None", request.transport)
    if transport is not None:
        transport.abort()
