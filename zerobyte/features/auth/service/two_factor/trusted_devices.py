"""Browsers that a person trusts: they skip the second factor at the next password sign-in.

Owns the cookie and its row. The token changes at each use, so a copy is good until then at most.
"""

from typing import Final

from zerobyte.core import clock, ids
from zerobyte.features.auth.models import TrustedDevice
from zerobyte.features.auth.service import cookies
from zerobyte.features.auth.service.cookies import Cookies, token_hash
from zerobyte.http.auth import HttpRequest

LIFETIME_S: Final = 30 * 86_400


class TrustedDevices:
    """Remembers and recognises trusted browsers."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    async def find(self, request: HttpRequest) -> TrustedDevice | None:
        """The trusted browser that asks, whoever trusts it; costs nothing without a cookie."""
        token = self._cookies.read(request, cookies.TRUST_DEVICE)
        if token is None:
            return None
        return await TrustedDevice.get_or_none(
            token_hash=token_hash(token), expires_at__gt=clock.now_ms()
        )

    async def trust(self, request: HttpRequest, user_id: str) -> None:
        """Trust the browser that asks for the next 30 days."""
        await TrustedDevice.filter(expires_at__lte=clock.now_ms()).delete()
        token = ids.token()
        await TrustedDevice.create(
            token_hash=token_hash(token), user_id=user_id, expires_at=_expiry()
        )
        self._send(request, token)

    async def renew(self, request: HttpRequest, device: TrustedDevice) -> bool:
        """Give a browser that was recognised its next token; False when another use was first."""
        token = ids.token()
        renewed = await TrustedDevice.filter(id=device.id, token_hash=device.token_hash).update(
            token_hash=token_hash(token), expires_at=_expiry(), updated_at=clock.now_ms()
        )
        if renewed:
            self._send(request, token)
        return bool(renewed)

    async def forget(self, request: HttpRequest, user_id: str) -> None:
        """Trust no browser of a person any more."""
        await TrustedDevice.filter(user_id=user_id).delete()
        if self._cookies.read(request, cookies.TRUST_DEVICE) is not None:
            self._cookies.clear(request, cookies.TRUST_DEVICE)

    def _send(self, request: HttpRequest, token: str) -> None:
        self._cookies.set(request, cookies.TRUST_DEVICE, token, max_age_s=LIFETIME_S)


def _expiry() -> int:
    return clock.now_ms() + LIFETIME_S * 1000
