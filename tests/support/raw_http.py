"""Requests byte by byte, for what no client library would send.

status, body = await send_raw(client, "GET", "/api/v1/volumes", {"User-Agent": b"\\xff"})
"""

import asyncio
from collections.abc import Mapping

import httpx


async def send_raw(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    headers: Mapping[str, bytes],
    body: bytes = b"",
) -> tuple[int, bytes]:
    """Ask where the client asks, with header values of any bytes; the status and the body."""
    all_headers = {
        "Host": b"x",
        "Connection": b"close",
        "Content-Length": b"%d" % len(body),
        **headers,
    }
    lines = [f"{method} {path} HTTP/1.1".encode("latin-1")]
    lines += [name.encode() + b": " + value for name, value in all_headers.items()]
    host, port = client.base_url.host, client.base_url.port
    async with asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"\r\n".join([*lines, b"", body]))
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), content


async def exchange(client: httpx.AsyncClient, sent: bytes, *, limit_s: float = 30) -> bytes:
    """Send bytes where the client asks, and return all that comes until the server closes."""
    async with asyncio.timeout(limit_s):
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(sent)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer
