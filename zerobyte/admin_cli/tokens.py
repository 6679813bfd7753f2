"""What `zerobyte worker-token` and `zerobyte worker-tokens` do, on the database itself."""

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
    """Return id, host, issue date, last use and end of every token."""
    async with _tokens(settings) as tokens:
        return [
            (
                row.id,
                str(row.host),
                clock.iso(row.created_at),
                _shown(row.last_used_at),
                _shown(row.revoked_at),
            )
            for row in await tokens.listing()
        ]


async def revoke(settings: Settings, token_id: str) -> None:
    """Refuse one token from now on."""
    async with _tokens(settings) as tokens:
        await tokens.revoke(token_id)


async def rotate(settings: Settings, token_id: str) -> str:
    """Return the text that replaces one token."""
    async with _tokens(settings) as tokens:
        _, token = await tokens.rotate(token_id)
        return token


def _shown(moment_ms: int | None) -> str:
    return "" if moment_ms is None else clock.iso(moment_ms)
