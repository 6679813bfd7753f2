"""A served app whose owner has registered an identity provider, and how people go through it."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.support.oidc import Oidc, path_of
from zerobyte.core import clock
from zerobyte.features.auth.models import Invitation, Member, Organization, User

ADA = {"email": "ada@example.com", "password": "correct horse", "name": "Ada", "username": "ada"}
CALLBACK = "http://localhost:4096/api/auth/sso/callback/"
SESSION = "zerobyte.session_token"


@dataclass
class Stage:
    """`client` is the owner's browser."""

    client: httpx.AsyncClient
    oidc: Oidc
    organization: str
    owner: str

    def browser(self) -> httpx.AsyncClient:
        """Another browser, signed in as nobody."""
        return httpx.AsyncClient(
            base_url=self.client.base_url,
            headers={"Origin": self.client.headers["Origin"]},
            timeout=60,
            verify=False,  # it meets plain http alone; reading authorities would take its time
        )

    def body(self, provider_id: str = "idp", **changes: Any) -> dict[str, Any]:
        """What registers a provider, with a client of its own at the other side."""
        return {
            "providerId": provider_id,
            "issuer": self.oidc.issuer,
            "domain": "example.com",
            "organizationId": self.organization,
            "oidcConfig": self.oidc.client(CALLBACK + provider_id),
            **changes,
        }

    async def register(self, provider_id: str = "idp", **changes: Any) -> httpx.Response:
        return await self.client.post(
            "/api/auth/sso/register", json=self.body(provider_id, **changes)
        )

    async def invite(self, email: str, role: str = "member", **changes: Any) -> Invitation:
        return await Invitation.create(
            **{
                "organization_id": self.organization,
                "email": email,
                "role": role,
                "inviter_id": self.owner,
                "expires_at": clock.now_ms() + 3_600_000,
                **changes,
            }
        )

    async def begin(self, browser: httpx.AsyncClient, **body: Any) -> str:
        """The address at the provider."""
        answer = await browser.post(
            "/api/auth/sign-in/sso",
            json={
                "providerId": "idp",
                "callbackURL": "/login",
                "errorCallbackURL": "/api/v1/auth/login-error",
                **body,
            },
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["url"]

    async def walk(self, browser: httpx.AsyncClient, sub: str, **body: Any) -> httpx.Response:
        """There and back: what we answer to the browser that returns."""
        location = self.oidc.consent(await self.begin(browser, **body), sub)
        return await browser.get(path_of(location))

    async def code_of(self, browser: httpx.AsyncClient, sub: str, **body: Any) -> str:
        """There and back; "" when it is signed in, else the code that the login page gets."""
        return await told(browser, await self.walk(browser, sub, **body))


async def told(browser: httpx.AsyncClient, answer: httpx.Response) -> str:
    """ "" when a return has signed somebody in, else the code that the login page gets."""
    assert answer.status_code == 302, answer.text
    location = answer.headers["location"]
    if not location.startswith("/api/v1/auth/login-error"):
        return ""
    assert SESSION not in answer.headers.get("set-cookie", "")
    final = (await browser.get(location)).headers["location"]
    assert final.startswith("http://localhost:4096/login?")
    return parse_qs(urlsplit(final).query)["error"][0]


async def local_user(email: str, **more: Any) -> User:
    """Somebody who has an account here already."""
    return await User.create(
        email=email, name=email.partition("@")[0], username=email.partition("@")[0], **more
    )


@asynccontextmanager
async def staged(serve, oidc: Oidc, *, register: bool = True, **environ: str):
    """The stage, with the provider `idp` registered unless it is asked for without."""
    trusted = f"{oidc.issuer},{oidc.other_issuer}"
    async with serve(TRUSTED_ORIGINS=trusted, **environ) as client:
        answer = await client.post("/api/auth/sign-up/email", json=ADA)
        assert answer.status_code == 200, answer.text
        organization = await Organization.get()
        owner = await Member.get()
        stage = Stage(client, oidc, organization.id, owner.user_id)
        if register:
            answer = await stage.register()
            assert answer.status_code == 200, answer.text
        yield stage
