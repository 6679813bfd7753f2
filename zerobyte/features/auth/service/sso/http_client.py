"""HTTP client for identity providers that never connects to private networks (SSRF protection).

A host is resolved once, all its addresses must be public, and the connection uses these addresses.
Redirects and plain http are rejected. Origins in TRUSTED_ORIGINS may be private and use http.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, cast

import httpx
import orjson

from zerobyte.core import urls
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.networks import is_public
from zerobyte.settings import Settings

TIMEOUT_S: Final = 10
LIMIT_BYTES: Final = 1024 * 1024

Resolve = Callable[[str, int], Awaitable[list[str]]]


class ProviderUnreachable(ZerobyteError):
    """The provider could not be reached or its response is unusable; `code` is a discovery code.

    status      HTTP status of the response, if there was one.
    """

    def __init__(self, message: str, *, code: str, status: int | None = None) -> None:
        super().__init__(message, code=code)
        self.status = status


class SafeHttpClient:
    """Requests JSON from providers."""

    def __init__(self, settings: Settings, resolve: Resolve | None = None) -> None:
        self._trusted = frozenset(settings.trusted_origins)
        self._resolve = resolve or _resolve
        self._tls: ssl.SSLContext | None = None

    async def check(self, url: str) -> None:
        """Reject a URL that may not be requested. Raises ProviderUnreachable."""
        await self._allowed_addresses(url)

    async def get(self, url: str, *, bearer: str | None = None) -> dict[str, Any]:
        """Return the JSON object at a URL. Raises ProviderUnreachable."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return await self._request("GET", url, headers=headers)

    async def post(
        self, url: str, fields: Mapping[str, str], *, basic: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """Send a form and return the JSON object of the response. Raises ProviderUnreachable."""
        return await self._request("POST", url, fields=fields, basic=basic)

    async def _request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        addresses = await self._allowed_addresses(url)
        target = httpx.URL(url)
        async with httpx.AsyncClient(
            timeout=TIMEOUT_S,
            trust_env=False,  # a proxy would resolve the name again
            verify=self._tls_context() if target.scheme == "https" else False,
            headers={"Accept": "application/json", **(headers or {})},
            auth=httpx.BasicAuth(*basic) if basic else None,
        ) as client:
            for address in addresses:
                request = client.build_request(
                    method,
                    target.copy_with(host=address),
                    data=fields,
                    headers={"Host": target.netloc.decode()},
                    extensions={"sni_hostname": target.host},
                )
                try:
                    async with asyncio.timeout(TIMEOUT_S):
                        return await _read_json(client, request)
                except httpx.ConnectError:
                    continue
                except (TimeoutError, httpx.TimeoutException):
                    raise _timeout_error() from None
                except httpx.HTTPError as error:
                    raise ProviderUnreachable(
                        f"The request to the identity provider failed: {type(error).__name__}",
                        code="discovery_unexpected_error",
                    ) from None
        raise ProviderUnreachable(
            "Could not connect to the identity provider",
            code="discovery_unexpected_error",
        )

    async def _allowed_addresses(self, url: str) -> list[str]:
        """Resolve a URL and return its allowed IP addresses. Raises ProviderUnreachable."""
        try:
            found_url = urls.parse(url)
        except ValueError as error:
            raise _invalid_url(f"An address of the identity provider {error}") from None
        host = found_url.host
        port = found_url.port or {"http": 80, "https": 443}[found_url.scheme]
        trusted = found_url.origin in self._trusted
        if found_url.scheme != "https" and not trusted:
            raise _invalid_url("The identity provider must be reached over https")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                found = await self._resolve(host, port)
        except TimeoutError:
            raise _timeout_error() from None
        except (OSError, UnicodeError):
            raise ProviderUnreachable(
                f"The name of the identity provider is not known: {host}",
                code="discovery_not_found",
            ) from None
        if not found or not (trusted or all(is_public(address) for address in found)):
            raise ProviderUnreachable(
                f"The identity provider {host} is not at a public address. If it is meant to be, "
                "add its origin to TRUSTED_ORIGINS.",
                code="discovery_private_host",
            )
        return found[:4]

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            # Trust the system's certificate authorities, which may include a company's own, and
            # certifi's.
            self._tls = httpx.create_ssl_context()
            self._tls.load_default_certs()
        return self._tls


async def _read_json(client: httpx.AsyncClient, request: httpx.Request) -> dict[str, Any]:
    response = await client.send(request, stream=True, follow_redirects=False)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LIMIT_BYTES:
                raise _invalid_json("The identity provider's answer is too large")
    finally:
        await response.aclose()
    if response.is_redirect:
        raise ProviderUnreachable(
            "The identity provider redirected the request, which is not followed",
            code="discovery_unexpected_error",
            status=response.status_code,
        )
    if response.status_code != 200:
        code = (
            "discovery_not_found" if response.status_code == 404 else "discovery_unexpected_error"
        )
        raise ProviderUnreachable(
            f"The identity provider answered with status {response.status_code}",
            code=code,
            status=response.status_code,
        )
    try:
        read: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _invalid_json("The identity provider did not answer with JSON") from None
    if not isinstance(read, dict):
        raise _invalid_json("The identity provider did not answer with an object")
    return cast("dict[str, Any]", read)


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _timeout_error() -> ProviderUnreachable:
    return ProviderUnreachable(
        "The identity provider did not answer in time", code="discovery_timeout"
    )


def _invalid_url(message: str) -> ProviderUnreachable:
    return ProviderUnreachable(message, code="discovery_invalid_url")


def _invalid_json(message: str) -> ProviderUnreachable:
    return ProviderUnreachable(message, code="discovery_invalid_json")
