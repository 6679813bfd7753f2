"""The commands `zerobyte worker-token` and `zerobyte worker-tokens`, on the database itself."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from zerobyte.admin_cli.accounts import open_database
from zerobyte.core import clock
from zerobyte.features.tasks.service import WorkerTokens
from zerobyte.settings import Settings


@asynccontextmanager
async def _tokens(settings: Settings) -> AsyncGenerator[WorkerTokens]:
    async with open_database(settings):
        yield WorkerTokens()


async def issue(settings: Settings, host: str) -> str:
    """Return a new token for the worker of a host."""
    async with _tokens(settings) as tokens:
        _, token = await tokens.issue(host)
        return token


async def listing(settings: Settings) -> list[tuple[str, str, str, str, str]]:
    """Return id, host, issue date, last use and revocation date of every token."""
    async with _tokens(settings) as tokens:
        return [
            (
                row.id,
                str(row.host),
                clock.iso(row.created_at),
                _iso(row.last_used_at),
                _iso(row.revoked_at),
            )
            for row in await tokens.listing()
        ]


async def revoke(settings: Settings, token_id: str) -> None:
    """Revoke one token."""
    async with _tokens(settings) as tokens:
        await tokens.revoke(token_id)


async def rotate(settings: Settings, token_id: str) -> str:
    """Replace one token. Returns the new one."""
    async with _tokens(settings) as tokens:
        _, token = await tokens.rotate(token_id)
        return token


def _iso(moment_ms: int | None) -> str:
    return "" if moment_ms is None else clock.iso(moment_ms)
