"""One HTTP client for Prefect's REST API: the secret, the time limits, the retries.

Owns how a call is made and how its failure is told. Knows no deployment and no run; those are
`prefect_scheduler`. Imports no prefect: that costs two seconds and eighty megabytes.
"""

import asyncio
import random
from collections.abc import Collection
from typing import Any

import httpx

from zerobyte.core import clock
from zerobyte.core.errors import Failed, Unavailable

_BUSY = 503
_BUSY_TRIES = 8
_ONE_ANSWER_S = 10.0
_LONGEST_ANSWER_S = 30.0
_CONNECT_S = 5.0


class PrefectApi:
    """Calls of one Prefect server.

    url         with `/api` at its end.
    auth        Prefect's one shared secret, `name:password`; None where the server has none.
    patience_s  how long one call may take with all its repetitions. A server that nobody listens
                for is told at once: it is away, and may stay so.
    """

    def __init__(self, url: str, auth: str | None, *, timeout_s: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self._timeout_s = timeout_s
        self.auth = auth
        name, _, password = (auth or "").partition(":")
        self._client = httpx.AsyncClient(
            base_url=self.url,
            auth=httpx.BasicAuth(name, password) if auth else None,
            trust_env=False,
        )

    async def call(
        self,
        method: str,
        path: str,
        body: object | None = None,
        *,
        accept: Collection[int] = (),
        timeout_s: float | None = None,
    ) -> httpx.Response:
        """One answer with a good status, or with one of `accept`.

        Repeats on 503, which Prefect says while its database is busy and nothing was changed, and
        when an answer is late or its connection breaks. What was asked may have been done then:
        every call of ours may be made twice, it names what it wants to be and not what to add.

        Raises
            Unavailable     no answer, or still 503, or the secret is refused.
            Failed          any other bad status; the message names it and no more.
        """
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        response = await self._request(method, path, body, timeout_s)
        for attempt in range(_BUSY_TRIES):
            if response.status_code != _BUSY:
                break
            await asyncio.sleep(0.05 * 2 ** min(attempt, 4) * (0.5 + random.random()))  # noqa: S311 - jitter
            response = await self._request(method, path, body, timeout_s)
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

    async def _request(
        self, method: str, path: str, body: object | None, patience_s: float
    ) -> httpx.Response:
        """An answer within the patience; a slow server is given more time at each repetition."""
        deadline = clock.monotonic() + patience_s
        wait_s = min(_ONE_ANSWER_S, patience_s)
        while True:
            timeout = httpx.Timeout(wait_s, connect=min(_CONNECT_S, wait_s))
            try:
                return await self._client.request(method, path, json=body, timeout=timeout)
            except httpx.ConnectError as error:
                raise _away(error) from error
            except httpx.TransportError as error:
                left_s = deadline - clock.monotonic()
                if left_s <= 0:
                    raise _away(error) from error
            await asyncio.sleep(min(left_s, 0.2 * (0.5 + random.random())))  # noqa: S311 - jitter
            wait_s = max(min(wait_s * 2, _LONGEST_ANSWER_S, left_s), 1.0)

    async def json(self, method: str, path: str, body: object | None = None) -> Any:
        """The answer's content."""
        return (await self.call(method, path, body)).json()

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()


def _away(error: httpx.TransportError) -> Unavailable:
    return Unavailable("Prefect does not answer", details=type(error).__name__)
