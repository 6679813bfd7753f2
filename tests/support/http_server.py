"""A served app on a real socket, for tests.

    from tests.support.http_server import serving

    async with serving(app) as client:
        answer = await client.get("/api/v1/volumes")

`client` is an httpx.AsyncClient whose base URL is the app's free port on loopback. The app runs
in the test's own event loop, so a test may look at its services while it answers. `settings_for`
makes Settings from a temporary folder; `ZEROBYTE_…` and other variables go in as keywords.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from sanic import Sanic
from sanic_ext.extensions.openapi.builders import OperationStore

from zerobyte.http.app_type import HttpApp
from zerobyte.http.connections import LimitedProtocol
from zerobyte.settings import Settings

# Lets every test make an app of the same name.
Sanic.test_mode = True


def settings_for(folder: Path, **environ: str) -> Settings:
    """Settings of an installation in a folder; rate limits are off unless a test asks."""
    return Settings.load(
        {
            "ZEROBYTE_DATA_DIR": str(folder),
            "APP_SECRET": "test-secret-" + "0" * 32,
            "PREFECT_API_AUTH_STRING": "test:prefect",
            "DISABLE_RATE_LIMITING": "true",
            **environ,
        }
    )


@asynccontextmanager
async def serving(app: HttpApp, **client_options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Serve an app on a free port of loopback until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = await app.create_server(
        sock=listener,
        protocol=LimitedProtocol,
        return_asyncio_server=True,
        asyncio_server_kwargs={"start_serving": False},
    )
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", **{"timeout": 60, **client_options}
        ) as client:
            yield client
    finally:
        await server.before_stop()
        closed = server.close()
        for connection in tuple(server.connections):
            connection.close()
        await closed
        # A closed connection's task ends in the following turns of the loop.
        while server.connections:
            await asyncio.sleep(0)
        await server.after_stop()
        app.signal_router.reset()
        _forget(app)


def _forget(app: HttpApp) -> None:
    """Let go of an app: what lives as long as the process would keep some megabytes of each."""
    Sanic._app_registry.pop(app.name, None)
    for blueprint in app.blueprints.values():
        blueprint._apps.discard(app)
        blueprint.routes.clear()
    type(app.router).get.cache_clear()
    OperationStore.reset()
