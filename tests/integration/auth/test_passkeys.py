"""Passkeys, with an authenticator in software: registering, signing in, keeping, and attacks."""

import asyncio

import pytest

from tests.support.authenticator import Authenticator, raw, text
from tests.support.passkeys import (
    ADA,
    BASE,
    CHALLENGE,
    ORIGIN,
    SESSION,
    ada,
    code_of,
    device,
    register,
    register_options,
    sign_in,
)
from zerobyte.core import clock
from zerobyte.features.auth.models import Account, Passkey, Session, Ticket, User
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import DAY_MS

__all__ = ["ada", "device"]


async def test_the_options_ask_for_a_verified_user_and_a_key_that_is_found_again(client, ada):
    answer = await client.get(
        f"{BASE}/generate-register-options?name=Work&authenticatorAttachment=platform"
    )
    options = answer.json()
    assert len(raw(options.pop("challenge"))) == 64
    assert options == {
        "rp": {"name": "Zerobyte", "id": "localhost"},
        "user": {"id": text(ada["id"].encode()), "name": "Work", "displayName": "Ada"},
        "pubKeyCredParams": [
            {"type": "public-key", "alg": -8},
            {"type": "public-key", "alg": -7},
            {"type": "public-key", "alg": -257},
        ],
        "timeout": 60000,
        "excludeCredentials": [],
        "authenticatorSelection": {
            "authenticatorAttachment": "platform",
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
        "hints": [],
        "extensions": {"credProps": True},
    }
    line = answer.headers["set-cookie"]
    assert line.startswith(f"{CHALLENGE}=")
    assert line.endswith("; Max-Age=300; Path=/; HttpOnly; SameSite=Lax")
    answer = await client.get(f"{BASE}/generate-register-options?authenticatorAttachment=x")
    assert code_of(answer) == (400, "VALIDATION_ERROR")


async def test_a_passkey_is_kept_and_signs_in(client, ada, device):
    answer = await register(client, device)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    row = await Passkey.get()
    assert shown == {
        "name": "Key",
        "publicKey": row.public_key,
        "userId": ada["id"],
        "credentialID": text(device.credential_id),
        "counter": 0,
        "deviceType": "singleDevice",
        "backedUp": False,
        "transports": "internal",
        "createdAt": clock.iso(row.created_at),
        "aaguid": "00000000-0000-0000-0000-000000000000",
        "id": row.id,
    }
    assert (await client.get(f"{BASE}/list-user-passkeys")).json() == [shown]
    options = await register_options(client)
    assert [one["id"] for one in options["excludeCredentials"]] == [shown["credentialID"]]
    answer = await sign_in(client, device)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["id"] == ada["id"]
    assert answer.json()["session"]["userId"] == ada["id"]
    assert any(line.startswith(SESSION) for line in answer.headers.get_list("set-cookie"))
    current = (await client.get("/api/auth/get-session")).json()
    assert current["session"] == answer.json()["session"]
    assert (await row.reloaded()).counter == 1


async def test_without_a_session_the_authenticator_chooses_the_account(client, ada, device):
    await register(client, device)
    answer = await client.get(f"{BASE}/generate-authenticate-options")
    assert [one["id"] for one in answer.json()["allowCredentials"]] == [text(device.credential_id)]
    client.cookies.clear()
    options = (await client.get(f"{BASE}/generate-authenticate-options")).json()
    assert options.pop("challenge")
    assert options == {"rpId": "localhost", "timeout": 60000, "userVerification": "required"}


async def test_registering_needs_a_session_that_is_fresh(client, ada, device):
    options = await register_options(client)
    body = {"response": device.create(options)}
    await Session.all().update(created_at=clock.now_ms() - DAY_MS - 1000)
    answers = [
        await client.get(f"{BASE}/generate-register-options"),
        await client.post(f"{BASE}/verify-registration", json=body),
    ]
    assert [code_of(answer) for answer in answers] == [(403, "SESSION_NOT_FRESH")] * 2
    client.cookies.delete(SESSION)
    for method, path in (
        ("GET", "generate-register-options"),
        ("POST", "verify-registration"),
        ("GET", "list-user-passkeys"),
        ("POST", "update-passkey"),
        ("POST", "delete-passkey"),
    ):
        sent = {"id": "x", "name": "x", "response": {}} if method == "POST" else None
        answer = await client.request(method, f"{BASE}/{path}", json=sent)
        assert code_of(answer) == (401, "UNAUTHORIZED"), path


async def test_a_user_who_is_not_verified_neither_registers_nor_signs_in(client, ada, device):
    lax = Authenticator(ORIGIN, verifies=False)
    assert code_of(await register(client, lax)) == (400, "FAILED_TO_VERIFY_REGISTRATION")
    assert not await Passkey.exists()
    await register(client, device)
    device.verifies = False
    assert code_of(await sign_in(client, device)) == (401, "USER_VERIFICATION_REQUIRED")
    device.verifies = True
    assert (await sign_in(client, device)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"challenge": text(b"another" * 9)},
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
    ],
)
async def test_what_was_made_for_somebody_else_is_refused(client, ada, device, changes):
    answer = await register(client, device, **changes)
    assert code_of(answer) == (400, "FAILED_TO_VERIFY_REGISTRATION")
    await register(client, device)
    answer = await sign_in(client, device, **changes)
    assert code_of(answer) == (400, "AUTHENTICATION_FAILED")
    assert not any(line.startswith(SESSION) for line in answer.headers.get_list("set-cookie"))


async def test_a_wrong_signature_or_handle_is_refused(client, ada, device):
    await register(client, device)
    thief = Authenticator(ORIGIN, credential_id=device.credential_id, counter=9)
    answer = await sign_in(client, thief, handle=device.handle)
    assert code_of(answer) == (400, "AUTHENTICATION_FAILED")
    answer = await sign_in(client, device, handle=text(b"somebody else"))
    assert code_of(answer) == (400, "AUTHENTICATION_FAILED")
    unknown = Authenticator(ORIGIN)
    assert code_of(await sign_in(client, unknown)) == (401, "PASSKEY_NOT_FOUND")


async def test_a_challenge_is_good_once_for_its_purpose_its_person_and_five_minutes(
    client, ada, device
):
    options = await register_options(client)
    held = client.cookies[CHALLENGE]
    assert (await Ticket.get()).expires_at <= clock.now_ms() + 300_000
    body = {"response": device.create(options)}
    # Used once, it is gone, also when what came with it was wrong.
    wrong = {"response": {**body["response"], "type": "x"}}
    answer = await client.post(f"{BASE}/verify-registration", json=wrong)
    assert code_of(answer) == (400, "FAILED_TO_VERIFY_REGISTRATION")
    client.cookies.set(CHALLENGE, held)
    answer = await client.post(f"{BASE}/verify-registration", json=body)
    assert code_of(answer) == (400, "CHALLENGE_NOT_FOUND")
    # One for signing in does not register.
    options |= (await client.get(f"{BASE}/generate-authenticate-options")).json()
    body = {"response": device.create(options)}
    answer = await client.post(f"{BASE}/verify-registration", json=body)
    assert code_of(answer) == (400, "CHALLENGE_NOT_FOUND")
    # One that was given to somebody else does not either.
    options = await register_options(client)
    await Ticket.all().update(payload={**(await Ticket.get()).payload, "userId": "other"})
    body = {"response": device.create(options)}
    answer = await client.post(f"{BASE}/verify-registration", json=body)
    assert code_of(answer) == (400, "CHALLENGE_NOT_FOUND")
    options = await register_options(client)
    await Ticket.all().update(expires_at=clock.now_ms() - 1)
    body = {"response": device.create(options)}
    answer = await client.post(f"{BASE}/verify-registration", json=body)
    assert code_of(answer) == (400, "CHALLENGE_NOT_FOUND")
    assert not await Passkey.exists()


async def test_an_answer_signs_in_once_also_when_sent_many_times_at_once(client, ada, device):
    device.counter = None
    await register(client, device)
    client.cookies.clear()
    options = (await client.get(f"{BASE}/generate-authenticate-options")).json()
    cookie = {"cookie": f"{CHALLENGE}={client.cookies[CHALLENGE]}"}
    body = {"response": device.get(options)}
    answers = await asyncio.gather(
        *(client.post(f"{BASE}/verify-authentication", json=body, headers=cookie) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    assert await Session.all().count() == 2
    # An authenticator that never counts signs in again and again.
    assert (await sign_in(client, device)).status_code == 200


async def test_a_count_that_does_not_rise_tells_of_a_copy(client, ada, device):
    device.counter = 5
    await register(client, device)
    assert (await sign_in(client, device)).status_code == 200
    copy = Authenticator(ORIGIN, credential_id=device.credential_id, key=device.key, counter=3)
    copy.handle = device.handle
    assert code_of(await sign_in(client, copy)) == (400, "AUTHENTICATION_FAILED")
    assert (await Passkey.get()).counter == 6
    assert (await sign_in(client, device)).status_code == 200


async def test_a_banned_person_is_told_so_and_an_ended_ban_is_lifted(client, ada, device):
    await register(client, device)
    await User.all().update(banned=True, ban_expires=clock.now_ms() + 60_000)
    assert code_of(await sign_in(client, device)) == (403, "BANNED_USER")
    # Whoever cannot sign does not learn that.
    thief = Authenticator(ORIGIN, credential_id=device.credential_id, counter=9)
    assert code_of(await sign_in(client, thief)) == (400, "AUTHENTICATION_FAILED")
    await User.all().update(ban_expires=clock.now_ms() - 1)
    answer = await sign_in(client, device)
    assert answer.status_code == 200
    assert answer.json()["user"]["banned"] is False


async def test_the_origin_must_be_told_and_trusted(client, ada, device):
    await register(client, device)
    for origin, expected in (
        ("", (403, "MISSING_OR_NULL_ORIGIN")),
        ("https://evil.example", (403, "INVALID_ORIGIN")),
    ):
        client.cookies.delete(SESSION)
        options = (await client.get(f"{BASE}/generate-authenticate-options")).json()
        answer = await client.post(
            f"{BASE}/verify-authentication",
            json={"response": device.get(options)},
            headers={"Origin": origin},
        )
        assert code_of(answer) == expected
    client.cookies.clear()
    answer = await client.post(
        f"{BASE}/verify-authentication", json={"response": {}}, headers={"Origin": ""}
    )
    assert answer.status_code == 400
    assert answer.json() == {"message": "origin missing", "code": "ORIGIN_MISSING"}


async def test_passkeys_on_an_ip_address_are_refused_with_a_code(serve):
    async with serve(BASE_URL="http://192.0.2.1:4096") as client:
        answer = await client.get(f"{BASE}/generate-authenticate-options")
    assert code_of(answer) == (400, "PASSKEYS_NEED_HOST_NAME")
    assert "BASE_URL is http://192.0.2.1:4096" in answer.json()["message"]


async def test_another_trusted_origin_is_as_good(serve, device):
    async with serve(TRUSTED_ORIGINS="http://localhost:5173") as client:
        client.headers["Origin"] = "http://localhost:5173"
        await client.post("/api/auth/sign-up/email", json=ADA)
        other = Authenticator("http://localhost:5173")
        assert (await register(client, other)).status_code == 200
        # Its answer must come from where the request says that it comes from.
        assert code_of(await sign_in(client, other, origin=ORIGIN)) == (
            400,
            "AUTHENTICATION_FAILED",
        )
        assert (await sign_in(client, other)).status_code == 200


async def test_nonsense_is_400_and_never_500(client, ada, device):
    await register(client, device)
    good = device.create(await register_options(client))
    known = text(device.credential_id)
    inner = good["response"]
    for response in (
        {},
        {"id": 1},
        {"id": known, "rawId": known, "type": "public-key", "response": None},
        {"id": known, "rawId": known, "type": "public-key", "response": []},
        {**good, "response": {**inner, "attestationObject": ""}},
        {**good, "response": {**inner, "attestationObject": text(b"\xbf" * 40)}},
        {**good, "response": {**inner, "attestationObject": text(b"\xa3cfmtdnone")}},
        {**good, "response": {**inner, "clientDataJSON": text(b"[]")}},
        {**good, "response": {**inner, "clientDataJSON": "%%%"}},
        {**good, "id": "x" * 5000},
    ):
        await register_options(client)
        answer = await client.post(f"{BASE}/verify-registration", json={"response": response})
        assert code_of(answer) == (400, "FAILED_TO_VERIFY_REGISTRATION"), response
        await client.get(f"{BASE}/generate-authenticate-options")
        answer = await client.post(f"{BASE}/verify-authentication", json={"response": response})
        assert answer.status_code in (400, 401), response
    for path in ("verify-registration", "verify-authentication"):
        answer = await client.post(f"{BASE}/{path}", json={"response": "x"})
        assert code_of(answer) == (400, "VALIDATION_ERROR")


async def test_a_credential_with_too_long_an_id_is_not_kept(client, ada):
    device = Authenticator(ORIGIN, credential_id=bytes(1024))
    assert code_of(await register(client, device)) == (400, "FAILED_TO_VERIFY_REGISTRATION")
    device = Authenticator(ORIGIN, credential_id=bytes(1023))
    assert (await register(client, device)).status_code == 200


async def test_a_credential_belongs_to_one_person_and_there_are_fifty_at_most(client, ada, device):
    await register(client, device)
    assert code_of(await register(client, device)) == (400, "PREVIOUSLY_REGISTERED")
    await Passkey.bulk_create(
        Passkey(user_id=ada["id"], credential_id=f"k{n}", public_key="", device_type="")
        for n in range(49)
    )
    answer = await register(client, Authenticator(ORIGIN))
    assert code_of(answer) == (403, "PASSKEY_LIMIT_REACHED")


async def test_passkeys_are_renamed_and_deleted_by_their_person_alone(client, ada, device):
    mine = (await register(client, device, name=None)).json()
    assert mine["name"] is None
    other = await User.create(email="bob@example.com", name="Bob", username="bob")
    his = await Passkey.create(
        user_id=other.id, credential_id="x", public_key="x", device_type="singleDevice"
    )
    answer = await client.post(f"{BASE}/update-passkey", json={"id": mine["id"], "name": "New"})
    assert answer.json() == {"passkey": {**mine, "name": "New"}}
    answer = await client.post(f"{BASE}/update-passkey", json={"id": mine["id"], "name": ""})
    assert code_of(answer) == (400, "VALIDATION_ERROR")
    for passkey_id in (his.id, "nothing"):
        for path, body in (("update-passkey", {"name": "x"}), ("delete-passkey", {})):
            answer = await client.post(f"{BASE}/{path}", json={"id": passkey_id, **body})
            assert code_of(answer) == (404, "PASSKEY_NOT_FOUND")
    answer = await client.post(f"{BASE}/delete-passkey", json={"id": mine["id"]})
    assert (answer.status_code, answer.json()) == (200, {"status": True})
    assert await Passkey.all().count() == 1
    assert code_of(await sign_in(client, device)) == (401, "PASSKEY_NOT_FOUND")


async def test_the_only_way_to_sign_in_is_not_deleted(client, ada, device):
    mine = (await register(client, device)).json()
    await Account.all().delete()
    answer = await client.post(f"{BASE}/delete-passkey", json={"id": mine["id"]})
    assert code_of(answer) == (400, "FAILED_TO_DELETE_LAST_PASSKEY")
    await register(client, Authenticator(ORIGIN))
    answer = await client.post(f"{BASE}/delete-passkey", json={"id": mine["id"]})
    assert answer.status_code == 200


async def test_disabled_password_login_leaves_passkeys_open(client, ada, device):
    await register(client, device)
    await RegistrationSettings().set_password_login_disabled(True)
    assert (await sign_in(client, device)).status_code == 200


async def test_guesses_are_limited_and_good_answers_are_not(serve, device, clocks):
    async with serve(DISABLE_RATE_LIMITING="false") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        await register(client, device)
        for _ in range(5):
            assert (await sign_in(client, device)).status_code == 200
        thief = Authenticator(ORIGIN, credential_id=device.credential_id, counter=90)
        statuses = [(await sign_in(client, thief)).status_code for _ in range(4)]
        assert statuses == [400, 400, 400, 429]
