"""Users who are signed in already: rows and a cookie, without a sign-up and its hashing.

    user_factory = SignedInUsers(client, settings)
    home = await user_factory.organization("home")
    ada = await user_factory.person("ada", {home: "owner"}, role="admin")
    answer = await ada.http.get("/api/v1/auth/org-members")

The password of each user is `PASSWORD`, under a hash that is quick to check.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from argon2 import PasswordHasher

from zerobyte.core import clock, ids
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import Account, Member, Organization, Session, User
from zerobyte.features.auth.service.cookies import SESSION, Cookies, token_hash
from zerobyte.settings import Settings

PASSWORD = "correct horse battery"


@cache
def _hash() -> str:
    return PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)


@dataclass
class SignedInUser:
    """A signed-in person: their row, their browser, and their places by organization."""

    user: User
    http: httpx.AsyncClient
    places: Mapping[str, Member]
    active: str | None

    @property
    def id(self) -> str:
        return self.user.id

    async def fresh(self) -> User:
        return await User.get(id=self.user.id)


class SignedInUsers:
    """Makes organizations and people against one served app."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings) -> None:
        self._client = client
        self._sealer = Sealer(settings.app_secret)
        self._cookies = Cookies(settings)
        self._origin = settings.base_url
        self._stack = AsyncExitStack()

    async def organization(self, name: str) -> str:
        organization_id = ids.uuid7()
        aad = f"organizations:{organization_id}:repository_password"
        await Organization.create(
            id=organization_id,
            name=name,
            slug=f"{name}-{ids.token(6).lower()}",
            repository_password=self._sealer.seal(ids.hex_secret(32), aad=aad),
        )
        return organization_id

    async def person(
        self, name: str, places: Mapping[str, str] | None = None, **more: Any
    ) -> SignedInUser:
        """SignedInUser with a role in each of these organizations; the first is the active one."""
        user = await User.create(
            **{"name": name, "email": f"{name}@example.com", "username": name, **more}
        )
        await Account.create(
            user_id=user.id, provider_id="credential", account_id=user.id, password_hash=_hash()
        )
        joined = {
            organization: await Member.create(
                organization_id=organization, user_id=user.id, role=role
            )
            for organization, role in (places or {}).items()
        }
        active = next(iter(joined), None)
        http = await self.browser(await self.cookie(user.id, active))
        return SignedInUser(user, http, joined, active)

    async def cookie(self, user_id: str, active: str | None, **more: Any) -> str:
        """A new session's cookie, as a browser sends it."""
        token = ids.token()
        await Session.create(
            **{
                "token_hash": token_hash(token),
                "user_id": user_id,
                "expires_at": clock.now_ms() + 6 * 86_400_000 + 60_000,
                "active_organization_id": active,
                **more,
            }
        )
        signed = self._cookies._signer(SESSION).sign(token).decode()
        return self._cookies._line(SESSION, signed, max_age_s=None).partition(";")[0]

    async def browser(self, cookie: str | None = None, **headers: str) -> httpx.AsyncClient:
        """A browser of its own on the same app."""
        client = httpx.AsyncClient(
            base_url=self._client.base_url,
            timeout=30,
            headers={"Origin": self._origin, **headers},
        )
        if cookie:
            name, _, value = cookie.partition("=")
            client.cookies.set(name, value, domain=self._client.base_url.host)
        return await self._stack.enter_async_context(client)

    async def aclose(self) -> None:
        await self._stack.aclose()
