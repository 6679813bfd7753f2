"""What is said of passkeys in every case: options, challenges that are not there, and lists."""

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


async def test_options_name_the_person_and_restrict_the_authenticator_only_when_asked(client, ada):
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


async def test_each_answer_needs_a_challenge_that_was_given_and_is_still_good(client, ada, device):
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


async def test_a_list_holds_ones_own_passkeys_the_oldest_first(client, ada, device):
    bob = await User.create(email="bob@example.com", name="Bob", username="bob")
    await Passkey.create(user_id=bob.id, credential_id="x", public_key="x", device_type="x")
    assert (await client.get(f"{BASE}/list-user-passkeys")).json() == []
    first = (await register(client, device, name="First")).json()
    second = (await register(client, Authenticator(device.origin), name="Second")).json()
    assert (await client.get(f"{BASE}/list-user-passkeys")).json() == [first, second]


async def test_a_sign_in_with_a_passkey_begins_a_session_of_seven_days(client, ada, device):
    await register(client, device)
    answer = await sign_in(client, device)
    assert answer.json().keys() == {"session", "user"}
    session = next(line for line in answer.headers.get_list("set-cookie") if SESSION in line)
    assert session.endswith("; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax")
    # The challenge is used up, in the browser too.
    cleared = [line for line in answer.headers.get_list("set-cookie") if CHALLENGE in line]
    assert cleared == [f"{CHALLENGE}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]
    assert answer.json()["session"]["activeOrganizationId"]


async def test_an_authenticator_that_can_be_backed_up_is_told_as_such(client, ada, device):
    device.backup = True
    shown = (await register(client, device)).json()
    assert (shown["deviceType"], shown["backedUp"]) == ("multiDevice", True)
