"""A webhook endpoint, without the proxies of the environment."""

from collections.abc import AsyncIterator

import pytest

from tests.support.webhook_server import Endpoint, listening


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def hook() -> AsyncIterator[Endpoint]:
    async with listening() as endpoint:
        yield endpoint
