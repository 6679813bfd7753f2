"""Test harness for SSO: a served app with a registered provider, and sign-ins through it."""

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
class SsoHarness:
    """`client` is the owner's browser."""

    client: httpx.AsyncClient
    oidc: Oidc
    organization: str
    owner: str

    def browser(self) -> httpx.AsyncClient:
        """Return another browser without a session."""
        return httpx.AsyncClient(
            base_url=self.client.base_url,
            headers={"Origin": self.client.headers["Origin"]},
            timeout=60,
            verify=False,  # uses plain http only; loading certificate authorities would take time
        )

    def body(self, provider_id: str = "idp", **changes: Any) -> dict[str, Any]:
        """Return the registration request of a provider, with a new client at the provider."""
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
        """Start a sign-in; return the authorization URL."""
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

    async def sign_in(self, browser: httpx.AsyncClient, sub: str, **body: Any) -> httpx.Response:
        """Sign in through the provider; return the response to the callback."""
        location = self.oidc.consent(await self.begin(browser, **body), sub)
        return await browser.get(path_of(location))

    async def code_of(self, browser: httpx.AsyncClient, sub: str, **body: Any) -> str:
        """Sign in through the provider; return "" on success, otherwise the error code."""
        return await error_code(browser, await self.sign_in(browser, sub, **body))


async def error_code(browser: httpx.AsyncClient, answer: httpx.Response) -> str:
    """Return "" if the callback signed a user in, otherwise the error code."""
    assert answer.status_code == 302, answer.text
    location = answer.headers["location"]
    if not location.startswith("/api/v1/auth/login-error"):
        return ""
    assert SESSION not in answer.headers.get("set-cookie", "")
    final = (await browser.get(location)).headers["location"]
    assert final.startswith("http://localhost:4096/login?")
    return parse_qs(urlsplit(final).query)["error"][0]


async def local_user(email: str, **more: Any) -> User:
    """Create a user with a local account."""
    return await User.create(
        email=email, name=email.partition("@")[0], username=email.partition("@")[0], **more
    )


@asynccontextmanager
async def serve_sso(serve, oidc: Oidc, *, register: bool = True, **environ: str):
    """Serve the app; register the provider `idp` unless the caller opts out."""
    trusted = f"{oidc.issuer},{oidc.other_issuer}"
    async with serve(TRUSTED_ORIGINS=trusted, **environ) as client:
        answer = await client.post("/api/auth/sign-up/email", json=ADA)
        assert answer.status_code == 200, answer.text
        organization = await Organization.get()
        owner = await Member.get()
        sso = SsoHarness(client, oidc, organization.id, owner.user_id)
        if register:
            answer = await sso.register()
            assert answer.status_code == 200, answer.text
        yield sso
