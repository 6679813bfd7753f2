"""An HTTP client of Prefect's REST API: authentication, timeouts, retries and errors.

It does not import prefect, which would cost two seconds and 80 MB.
"""

import asyncio
from collections.abc import Collection
from typing import Any

import httpx

from zerobyte.core import clock
from zerobyte.core.errors import Failed, Unavailable
from zerobyte.core.retry import Backoff

_BUSY = 503
_BUSY_TRIES = 8
_FIRST_TIMEOUT_S = 10.0
_MAX_TIMEOUT_S = 30.0
_CONNECT_S = 5.0


class PrefectApi:
    """Calls of one Prefect server.

    url         with `/api` at its end.
    auth        Prefect's one shared secret, `name:password`; None for a server without one.
    timeout_s   limit of one call with all its repetitions. A refused connection raises at once,
                because the server may be stopped for long.
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
        """Return a response with a success status, or with one of `accept`.

        Repeats the call on 503, which Prefect returns without a change while its database is busy,
        and after a timeout or a broken connection. Prefect may have executed such a call, so every
        call must be idempotent: it sets a state and never adds to one.

        Raises
            Unavailable     no response, or still 503, or Prefect rejects the secret.
            Failed          any other status; the message names only the status.
        """
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        response = await self._request(method, path, body, timeout_s)
        backoff = Backoff(first_s=0.05, max_s=0.8, jitter=True)
        for _ in range(_BUSY_TRIES):
            if response.status_code != _BUSY:
                break
            await asyncio.sleep(backoff.next_s())
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
        self, method: str, path: str, body: object | None, timeout_s: float
    ) -> httpx.Response:
        """Return a response within the timeout; each repetition waits longer for a slow server."""
        deadline = clock.monotonic() + timeout_s
        pauses = Backoff(first_s=0.2, factor=1.0, jitter=True)
        wait_s = min(_FIRST_TIMEOUT_S, timeout_s)
        while True:
            timeout = httpx.Timeout(wait_s, connect=min(_CONNECT_S, wait_s))
            try:
                return await self._client.request(method, path, json=body, timeout=timeout)
            except httpx.ConnectError as error:
                raise _unavailable(error) from error
            except httpx.TransportError as error:
                left_s = deadline - clock.monotonic()
                if left_s <= 0:
                    raise _unavailable(error) from error
            await asyncio.sleep(min(left_s, pauses.next_s()))
            wait_s = max(min(wait_s * 2, _MAX_TIMEOUT_S, left_s), 1.0)

    async def json(self, method: str, path: str, body: object | None = None) -> Any:
        """Return the JSON content of the response."""
        return (await self.call(method, path, body)).json()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _unavailable(error: httpx.TransportError) -> Unavailable:
    return Unavailable("Prefect does not answer", details=type(error).__name__)
