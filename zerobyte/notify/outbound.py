"""One bounded HTTP request to a foreign server.

The limits: no redirects, a total time that a slow server cannot extend, and no read of the
response body.
"""

import asyncio
import ssl
from collections.abc import Sequence

import httpx

from zerobyte.core.redact import redact
from zerobyte.notify.errors import DeliveryFailed, TooLate

MAX_TOTAL_S = 10.0
MAX_HEADERS = 32
MAX_HEADER_BYTES = 8192
MAX_BODY_BYTES = 65_536


async def request(
    method: str,
    url: str,
    *,
    headers: Sequence[tuple[str, str]],
    content: bytes,
    timeout_s: float,
    secrets: Sequence[str] = (),
) -> None:
    """Send one request and take any 2xx as delivered.

    timeout_s   for the whole request: name, connection, request and status line; at most 10.
    secrets     values to redact in the error.

    Raises
        DeliveryFailed      no 2xx in time; the error never contains the response body.
    """
    _check_sizes(headers, content)
    status = await status_of(
        method,
        url,
        headers=headers,
        content=content,
        limit_s=min(timeout_s, MAX_TOTAL_S),
        secrets=secrets,
    )
    if 300 <= status < 400:
        raise DeliveryFailed(f"The server answered HTTP {status}: redirects are not followed")
    if not 200 <= status < 300:
        raise DeliveryFailed(f"The server answered HTTP {status}")


async def status_of(
    method: str,
    url: str,
    *,
    headers: Sequence[tuple[str, str]],
    content: bytes,
    limit_s: float,
    insecure_tls: bool = False,
    secrets: Sequence[str] = (),
) -> int:
    """Send one request of any size and return the status code.

    limit_s         for the whole request: name, connection, request and status line.
    insecure_tls    accept every certificate.
    secrets         values to redact in the error.

    Raises
        TooLate             no status line arrived in time.
        DeliveryFailed      there was no HTTP response.
    """
    try:
        async with asyncio.timeout(limit_s):
            return await _status_of(method, url, headers, content, insecure_tls=insecure_tls)
    except TimeoutError:
        raise TooLate(f"The server did not answer within {limit_s:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        raise DeliveryFailed(_reason(error, secrets)) from None


async def _status_of(
    method: str,
    url: str,
    headers: Sequence[tuple[str, str]],
    content: bytes,
    *,
    insecure_tls: bool,
) -> int:
    async with httpx.AsyncClient(
        follow_redirects=False,
        timeout=None,  # noqa: S113 - the caller's limit covers the whole request
        verify=not insecure_tls,
    ) as client:
        message = client.build_request(method, url, content=content)
        for name, value in headers:
            message.headers[name] = value
        answer = await client.send(message, stream=True)
        try:
            return answer.status_code
        finally:
            # Close without reading: an endless body must not delay the caller.
            await answer.aclose()


def _check_sizes(headers: Sequence[tuple[str, str]], content: bytes) -> None:
    if len(content) > MAX_BODY_BYTES:
        raise DeliveryFailed(f"The message is larger than {MAX_BODY_BYTES} bytes")
    if len(headers) > MAX_HEADERS:
        raise DeliveryFailed(f"There are more than {MAX_HEADERS} headers")
    if sum(len(name) + len(value.encode()) for name, value in headers) > MAX_HEADER_BYTES:
        raise DeliveryFailed(f"The headers are larger than {MAX_HEADER_BYTES} bytes")


def _reason(error: Exception, secrets: Sequence[str]) -> str:
    reason = redact(str(error), secrets).strip()[:200]
    if isinstance(error, httpx.ConnectError):
        return f"The server cannot be reached: {reason}"
    if isinstance(error, httpx.InvalidURL):
        return "The address is not valid"
    if isinstance(error, httpx.RemoteProtocolError):
        return "The server did not answer in HTTP"
    # Other messages may quote the request, so only the error class is shown.
    return f"The request failed ({type(error).__name__})"
