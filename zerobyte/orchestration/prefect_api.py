"""One HTTP client for Prefect's REST API: the secret, the time limits, the retries.

Owns how a call is made and how its failure is told. Knows no deployment and no run; those are
`prefect_scheduler`. Imports no prefect: that costs two seconds and eighty megabytes.
"""

import asyncio
import random
from collections.abc import Collection
from typing import Any

import httpx

from zerobyte.core.errors import Failed, Unavailable

_BUSY = 503
_BUSY_TRIES = 8


class PrefectApi:
    """Calls of one Prefect server.

    url     with `/api` at its end.
    auth    Prefect's one shared secret, `name:password`; None where the server has none.
    """

    def __init__(self, url: str, auth: str | None, *, timeout_s: float = 10.0) -> None:
        self.url = url.rstrip("/")
        self.auth = auth
        name, _, password = (auth or "").partition(":")
        self._client = httpx.AsyncClient(
            base_url=self.url,
            auth=httpx.BasicAuth(name, password) if auth else None,
            timeout=httpx.Timeout(timeout_s, connect=2.0),
            trust_env=False,
        )

    async def call(
        self,
        method: str,
        path: str,
        body: object | None = None,
        *,
        accept: Collection[int] = (),
    ) -> httpx.Response:
        """One answer with a good status, or with one of `accept`.

        Repeats on 503, which Prefect says while its database is busy and nothing was changed.

        Raises
            Unavailable     no answer, or still 503, or the secret is refused.
            Failed          any other bad status; the message names it and no more.
        """
        response = await self._once(method, path, body)
        for attempt in range(_BUSY_TRIES):
            if response.status_code != _BUSY:
                break
            await asyncio.sleep(0.05 * 2 ** min(attempt, 4) * (0.5 + random.random()))  # noqa: S311 - jitter
            response = await self._once(method, path, body)
        if response.is_success or response.status_code in accept:
            return response
        if response.status_code in (401, 403):
            raise Unavailable(
                "Prefect refuses our secret: PREFECT_API_AUTH_STRING is not the one it was "
                "started with."
            )
        if response.status_code == _BUSY:
            raise Unavailable("Prefect is busy and did not take the call")
        raise Failed(f"Prefect answered {response.status_code} to {method} {path}")

    async def _once(self, method: str, path: str, body: object | None) -> httpx.Response:
        try:
            return await self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise Unavailable("Prefect does not answer", details=type(error).__name__) from error

    async def json(self, method: str, path: str, body: object | None = None) -> Any:
        """The answer's content."""
        return (await self.call(method, path, body)).json()

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()
