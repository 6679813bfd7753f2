"""A line to a PostgreSQL server that can fall silent, as a network does that loses packets.

async with line_to(url, folder) as line:
    …                   # line.url leads to the same database
    line.fall_silent()  # connections are still accepted, and nothing comes through
    line.speak()
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_SOCKET = ".s.PGSQL.5432"


class PostgresProxy:
    """url    the database's address through this line."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._speaks = asyncio.Event()
        self._speaks.set()

    def fall_silent(self) -> None:
        self._speaks.clear()

    def speak(self) -> None:
        self._speaks.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._speaks.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def line_to(url: str, folder: Path) -> AsyncIterator[PostgresProxy]:
    """Lead to a server's socket through one of our own in a folder."""
    at = urlsplit(url)
    socket = Path(parse_qs(at.query)["host"][0]) / _SOCKET
    line = PostgresProxy(at._replace(query=f"host={folder}").geturl())
    carrying: set[asyncio.Task[object]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(socket))
        both = asyncio.gather(line.carry(reader, back), line.carry(there, writer))
        me = asyncio.current_task()
        assert me is not None
        carrying.add(me)
        with suppress(asyncio.CancelledError):
            await both

    server = await asyncio.start_unix_server(connected, str(folder / _SOCKET))
    try:
        yield line
    finally:
        server.close()
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying)
