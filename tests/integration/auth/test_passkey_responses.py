"""Tests of passkey responses: options, missing challenges and lists."""

import pytest

from tests.support.authenticator import Authenticator
from tests.support.passkeys import (
    BASE,
    CHALLENGE,
    SESSION,
    ada,
    code_of,
    device,
    register,
    register_options,
    sign_in,
)
from zerobyte.core import clock
from zerobyte.features.auth.models import Passkey, Ticket, User

__all__ = ["ada", "device"]
GONE = {"message": "Challenge not found", "code": "CHALLENGE_NOT_FOUND"}


@pytest.fixture(params=["sqlite"])
def database_kind(request):
    return request.param


async def test_options_contain_the_user_and_the_requested_attachment(client, ada):
    options = await register_options(client)
    assert (options["user"]["name"], options["user"]["displayName"]) == (ada["email"], "Ada")
    usual = options["authenticatorSelection"]
    assert usual == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    options = await register_options(client, "?authenticatorAttachment=cross-platform")
    assert options["authenticatorSelection"] == {
        **usual,
        "authenticatorAttachment": "cross-platform",
    }


async def test_response_requires_a_valid_challenge(client, ada, device):
    registered = device.create(await register_options(client))
    client.cookies.delete(CHALLENGE)
    paths = {
        "verify-registration": registered,
        "verify-authentication": {"id": registered["id"]},
    }
    for path, response in paths.items():
        answer = await client.post(f"{BASE}/{path}", json={"response": response})
        assert (answer.status_code, answer.json()) == (400, GONE), path
    await register(client, device)
    client.cookies.delete(SESSION)
    for spoil in ("late", "used", "forged"):
        options = (await client.get(f"{BASE}/generate-authenticate-options")).json()
        held = client.cookies[CHALLENGE]
        if spoil == "late":
            await Ticket.all().update(expires_at=clock.now_ms() - 1)
        elif spoil == "used":
            unknown = Authenticator(device.origin).get(options)
            answer = await client.post(f"{BASE}/verify-authentication", json={"response": unknown})
            assert code_of(answer) == (401, "PASSKEY_NOT_FOUND")
            client.cookies.set(CHALLENGE, held)
        else:
            client.cookies.clear()
            client.cookies.set(CHALLENGE, "x" + held)
        answer = await client.post(
            f"{BASE}/verify-authentication", json={"response": device.get(options)}
        )
        assert (answer.status_code, answer.json()) == (400, GONE), spoil
        client.cookies.clear()
    assert (await sign_in(client, device)).status_code == 200


async def test_list_shows_own_passkeys_oldest_first(client, ada, device):
    bob = await User.create(email="bob@example.com", name="Bob", username="bob")
    await Passkey.create(user_id=bob.id, credential_id="x", public_key="x", device_type="x")
    assert (await client.get(f"{BASE}/list-user-passkeys")).json() == []
    first = (await register(client, device, name="First")).json()
    second = (await register(client, Authenticator(device.origin), name="Second")).json()
    assert (await client.get(f"{BASE}/list-user-passkeys")).json() == [first, second]


async def test_passkey_sign_in_creates_a_session_of_seven_days(client, ada, device):
    await register(client, device)
    answer = await sign_in(client, device)
    assert answer.json().keys() == {"session", "user"}
    session = next(line for line in answer.headers.get_list("set-cookie") if SESSION in line)
    assert session.endswith("; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax")
    # The challenge is consumed, and its cookie is deleted.
    cleared = [line for line in answer.headers.get_list("set-cookie") if CHALLENGE in line]
    assert cleared == [f"{CHALLENGE}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]
    assert answer.json()["session"]["activeOrganizationId"]


async def test_multi_device_passkey_is_reported(client, ada, device):
    device.backup = True
    shown = (await register(client, device)).json()
    assert (shown["deviceType"], shown["backedUp"]) == ("multiDevice", True)
