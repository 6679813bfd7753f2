"""An account, an authenticator in software, and the requests that register and use passkeys."""

import httpx
import pytest

from tests.support.authenticator import Authenticator

ADA = {"email": "ada@example.com", "password": "correct horse", "name": "Ada", "username": "ada"}


ORIGIN = "http://localhost:4096"


CHALLENGE = "zerobyte.better-auth-passkey"


SESSION = "zerobyte.session_token"


BASE = "/api/auth/passkey"


@pytest.fixture
async def ada(client):
    answer = await client.post("/api/auth/sign-up/email", json=ADA)
    assert answer.status_code == 200
    return answer.json()["user"]


@pytest.fixture
def device():
    return Authenticator(ORIGIN)


async def register_options(client, query=""):
    answer = await client.get(f"{BASE}/generate-register-options{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def register(client, device, *, name="Key", **changes):
    options = await register_options(client)
    body = {"response": device.create(options, **changes), "name": name}
    return await client.post(f"{BASE}/verify-registration", json=body)


async def sign_in(client, device, **changes):
    """In the same client, but without its session."""
    client.cookies.delete(SESSION)
    options = (await client.get(f"{BASE}/generate-authenticate-options")).json()
    body = {"response": device.get(options, **changes)}
    return await client.post(f"{BASE}/verify-authentication", json=body)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
