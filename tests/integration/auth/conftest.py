"""The feature served alone, on both kinds of database."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.accounts import Serve, client, serve
from tests.folk import Folk
from tests.http_server import settings_for

__all__ = ["Serve", "client", "serve"]


@pytest.fixture
async def folk(client: httpx.AsyncClient, tmp_path: Path) -> AsyncIterator[Folk]:
    """Makes people who are signed in to the served app."""
    made = Folk(client, settings_for(tmp_path))
    yield made
    await made.aclose()
