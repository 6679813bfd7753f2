"""Trusted devices: browsers that skip two-factor at the next password sign-in.

Each use replaces the token, so a stolen copy works at most until then.
"""

from typing import Final

from zerobyte.core import clock, ids
from zerobyte.features.auth.models import TrustedDevice
from zerobyte.features.auth.service import cookies
from zerobyte.features.auth.service.cookies import Cookies, token_hash
from zerobyte.http.auth import HttpRequest

LIFETIME_S: Final = 30 * 86_400


class TrustedDevices:
    """Creates and recognizes trusted devices."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies

    async def find(self, request: HttpRequest) -> TrustedDevice | None:
        """Return the browser's trusted device of any user; no query without a cookie."""
        token = self._cookies.read(request, cookies.TRUST_DEVICE)
        if token is None:
            return None
        return await TrustedDevice.get_or_none(
            token_hash=token_hash(token), expires_at__gt=clock.now_ms()
        )

    async def trust(self, request: HttpRequest, user_id: str) -> None:
        """Trust the requesting browser for 30 days."""
        await TrustedDevice.filter(expires_at__lte=clock.now_ms()).delete()
        token = ids.token()
        await TrustedDevice.create(
            token_hash=token_hash(token), user_id=user_id, expires_at=_expiry()
        )
        self._send(request, token)

    async def renew(self, request: HttpRequest, device: TrustedDevice) -> bool:
        """Replace the token of a device. Returns False if a concurrent request did so first."""
        token = ids.token()
        renewed = await TrustedDevice.filter(id=device.id, token_hash=device.token_hash).update(
            token_hash=token_hash(token), expires_at=_expiry(), updated_at=clock.now_ms()
        )
        if renewed:
            self._send(request, token)
        return bool(renewed)

    async def forget_all(self, request: HttpRequest, user_id: str) -> None:
        """Delete all trusted devices of a user."""
        await TrustedDevice.filter(user_id=user_id).delete()
        if self._cookies.read(request, cookies.TRUST_DEVICE) is not None:
            self._cookies.clear(request, cookies.TRUST_DEVICE)

    def _send(self, request: HttpRequest, token: str) -> None:
        self._cookies.set(request, cookies.TRUST_DEVICE, token, max_age_s=LIFETIME_S)


def _expiry() -> int:
    return clock.now_ms() + LIFETIME_S * 1000
