"""Tests that ending a membership or changing a password deletes the API keys."""

import pytest

from tests.support.signed_in_users import PASSWORD, SignedInUsers
from zerobyte.core import ids
from zerobyte.features.auth.models import Account, ApiKey, Member, Passkey, TrustedDevice

ADMIN = "/api/auth/admin"
GONE = {"message": "Invalid or expired session"}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def bob(user_factory: SignedInUsers, home: str):
    """A member of two organizations, with two ways to sign in."""
    user = await user_factory.person(
        "bob", {home: "member", await user_factory.organization("other"): "member"}
    )
    await Account.create(user_id=user.id, provider_id="idp", account_id="bob")
    return user


async def key_of(user_factory: SignedInUsers, who):
    """Create a key in the user's active organization; return a client that uses it."""
    body = {"name": "k", "password": PASSWORD}
    answer = await who.http.post("/api/v1/auth/api-keys", json=body)
    program = await user_factory.browser(**{"x-api-key": answer.json()["key"]})
    assert (await status(program)) == 200
    return program


async def status(program) -> int:
    answer = await program.get("/api/v1/system/dev-panel")
    assert answer.status_code == 200 or answer.json() == GONE, answer.text
    return answer.status_code


async def by_unlinking(root, bob):
    return await bob.http.post("/api/auth/unlink-account", json={"providerId": "credential"})


async def by_an_admin_who_deletes_the_password(root, bob):
    account = await Account.get(user_id=bob.id, provider_id="credential")
    return await root.http.delete(f"/api/v1/auth/admin-users/{bob.id}/accounts/{account.id}")


@pytest.mark.parametrize("way", [by_unlinking, by_an_admin_who_deletes_the_password])
async def test_deleting_a_password_ends_keys_and_trusted_devices(user_factory, root, bob, way):
    program = await key_of(user_factory, bob)
    device = await TrustedDevice.create(user_id=bob.id, token_hash=ids.token(), expires_at=2**50)
    answer = await way(root, bob)
    assert answer.status_code == 200, answer.text
    assert await status(program) == 401
    assert not await ApiKey.exists(user_id=bob.id)
    assert not await TrustedDevice.exists(id=device.id)


async def test_unlinking_a_provider_ends_no_key(user_factory, root, bob):
    program = await key_of(user_factory, bob)
    answer = await bob.http.post("/api/auth/unlink-account", json={"providerId": "idp"})
    assert answer.status_code == 200
    assert await status(program) == 200


async def by_unlinking_the_provider(root, bob):
    return await bob.http.post("/api/auth/unlink-account", json={"providerId": "idp"})


async def by_an_admin_who_deletes_the_link(root, bob):
    account = await Account.get(user_id=bob.id, provider_id="idp")
    return await root.http.delete(f"/api/v1/auth/admin-users/{bob.id}/accounts/{account.id}")


@pytest.mark.parametrize(
    ("way", "own"),
    [
        (by_unlinking, 200),
        (by_unlinking_the_provider, 200),
        (by_an_admin_who_deletes_the_password, 401),
        (by_an_admin_who_deletes_the_link, 401),
    ],
)
async def test_removing_a_way_to_sign_in_ends_sessions(user_factory, root, bob, way, own):
    other = await user_factory.browser(await user_factory.cookie(bob.id, bob.active))
    assert await status(other) == 200
    answer = await way(root, bob)
    assert answer.status_code == 200, answer.text
    assert await status(other) == 401
    assert await status(bob.http) == own
    assert await status(root.http) == 200


async def test_password_set_by_an_admin_deletes_passkeys_but_an_own_change_does_not(
    user_factory, root, bob
):
    for who in (root, bob):
        await Passkey.create(
            user_id=who.id, credential_id=who.id, public_key="x", device_type="singleDevice"
        )
    body = {"currentPassword": PASSWORD, "newPassword": "another horse"}
    answer = await bob.http.post("/api/auth/change-password", json=body)
    assert answer.status_code == 200, answer.text
    assert await Passkey.exists(user_id=bob.id)
    body = {"userId": bob.id, "newPassword": "a third horse"}
    answer = await root.http.post(f"{ADMIN}/set-user-password", json=body)
    assert answer.status_code == 200, answer.text
    assert [passkey.user_id for passkey in await Passkey.all()] == [root.id]


async def by_removing_the_member(root, bob, home):
    member_id = bob.places[home].id
    return await root.http.delete(f"/api/v1/auth/org-members/{member_id}")


async def by_deleting_the_user(root, bob, home):
    return await root.http.post(f"{ADMIN}/remove-user", json={"userId": bob.id})


async def by_deleting_the_organization(root, bob, home):
    # Bob can sign in with a password too.
    body = {"organizationId": home, "password": PASSWORD}
    return await root.http.post("/api/auth/organization/delete", json=body)


@pytest.mark.parametrize(
    "way", [by_removing_the_member, by_deleting_the_user, by_deleting_the_organization]
)
async def test_ended_membership_ends_its_keys(user_factory, root, bob, home, way):
    program = await key_of(user_factory, bob)
    answer = await way(root, bob, home)
    assert answer.status_code == 200, answer.text
    assert await status(program) == 401
    assert not await ApiKey.exists(user_id=bob.id)


async def test_returning_member_has_no_key(user_factory, root, bob, home):
    program = await key_of(user_factory, bob)
    await by_removing_the_member(root, bob, home)
    await Member.create(user_id=bob.id, organization_id=home, role="owner")
    assert await status(program) == 401


async def test_keys_of_a_banned_user_are_rejected_until_the_ban_is_lifted(user_factory, root, bob):
    program = await key_of(user_factory, bob)
    assert (await root.http.post(f"{ADMIN}/ban-user", json={"userId": bob.id})).status_code == 200
    assert await status(program) == 401
    await root.http.post(f"{ADMIN}/unban-user", json={"userId": bob.id})
    assert await status(program) == 200
