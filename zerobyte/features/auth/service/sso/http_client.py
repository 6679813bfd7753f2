"""Asks an identity provider over HTTP, and refuses to be sent into our own network.

Owns the guard: an address that people give us is resolved once, every address that it resolves to
must be public, and the connection goes to exactly that address. Redirects are refused, and so is
anything but https. What stands in TRUSTED_ORIGINS may be private and plain http.
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
    """A provider could not be asked. `code` says why, as a word of discovery.

    status      what it answered, when it answered at all.
    """

    def __init__(self, message: str, *, code: str, status: int | None = None) -> None:
        super().__init__(message, code=code)
        self.status = status


class SafeHttpClient:
    """Asks providers for JSON."""

    def __init__(self, settings: Settings, resolve: Resolve | None = None) -> None:
        self._trusted = frozenset(settings.trusted_origins)
        self._resolve = resolve or _resolve
        self._tls: ssl.SSLContext | None = None

    async def check(self, url: str) -> None:
        """Refuse an address that we would not ask. Raises Unreached."""
        await self._pinned(url)

    async def get(self, url: str, *, bearer: str | None = None) -> dict[str, Any]:
        """The JSON object at an address. Raises Unreached."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return await self._ask("GET", url, headers=headers)

    async def post(
        self, url: str, fields: Mapping[str, str], *, basic: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """The JSON object that a form is answered with. Raises Unreached."""
        return await self._ask("POST", url, fields=fields, basic=basic)

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        addresses = await self._pinned(url)
        target = httpx.URL(url)
        async with httpx.AsyncClient(
            timeout=TIMEOUT_S,
            trust_env=False,  # a proxy would resolve the name once more
            verify=self._context() if target.scheme == "https" else False,
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
                        return await _answer(client, request)
                except httpx.ConnectError:
                    continue
                except (TimeoutError, httpx.TimeoutException):
                    raise _late() from None
                except httpx.HTTPError as error:
                    raise ProviderUnreachable(
                        f"The identity provider could not be asked: {type(error).__name__}",
                        code="discovery_unexpected_error",
                    ) from None
        raise ProviderUnreachable(
            "No connection to the identity provider could be made",
            code="discovery_unexpected_error",
        )

    async def _pinned(self, url: str) -> list[str]:
        """The addresses that a URL may be asked at, as text. Raises Unreached."""
        try:
            found_url = urls.parse(url)
        except ValueError as error:
            raise _invalid(f"An address of the identity provider {error}") from None
        host = found_url.host
        port = found_url.port or {"http": 80, "https": 443}[found_url.scheme]
        trusted = found_url.origin in self._trusted
        if found_url.scheme != "https" and not trusted:
            raise _invalid("The identity provider must be reached over https")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                found = await self._resolve(host, port)
        except TimeoutError:
            raise _late() from None
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

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            # The system's authorities, which may hold a company's own, and the usual ones.
            self._tls = httpx.create_ssl_context()
            self._tls.load_default_certs()
        return self._tls


async def _answer(client: httpx.AsyncClient, request: httpx.Request) -> dict[str, Any]:
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
            "The identity provider sent us elsewhere, which is not followed",
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


def _late() -> ProviderUnreachable:
    return ProviderUnreachable(
        "The identity provider did not answer in time", code="discovery_timeout"
    )


def _invalid(message: str) -> ProviderUnreachable:
    return ProviderUnreachable(message, code="discovery_invalid_url")


def _invalid_json(message: str) -> ProviderUnreachable:
    return ProviderUnreachable(message, code="discovery_invalid_json")
