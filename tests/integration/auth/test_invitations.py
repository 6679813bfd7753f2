"""Tests of invitations into an organization."""

import asyncio
from dataclasses import dataclass

import pytest

from tests.support.signed_in_users import SignedInUser, SignedInUsers
from zerobyte.core import clock
from zerobyte.features.auth.models import (
    Invitation,
    Member,
    Organization,
    Session,
    SsoProvider,
    User,
)
from zerobyte.features.auth.service.invitations import LIFETIME_MS

BASE = "/api/auth/organization"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@dataclass
class Home:
    id: str
    other: str
    owner: SignedInUser
    admin: SignedInUser
    member: SignedInUser
    guest: SignedInUser


@pytest.fixture
async def home(user_factory: SignedInUsers) -> Home:
    home, other = await user_factory.organization("home"), await user_factory.organization("other")
    return Home(
        home,
        other,
        await user_factory.person("owner", {home: "owner"}),
        await user_factory.person("admin", {home: "admin"}),
        await user_factory.person("member", {home: "member"}),
        await user_factory.person("guest", {other: "owner"}),
    )


async def invite(
    who: SignedInUser, email: str = "guest@example.com", role: object = "member", **more
):
    body = {"email": email, "role": role, **more}
    return await who.http.post(f"{BASE}/invite-member", json=body)


def status_and_code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_invitation_lasts_48_hours_and_only_its_recipient_accepts_it(home: Home):
    answer = await invite(home.admin, "Guest@Example.com", "admin")
    body = answer.json()
    assert answer.status_code == 200
    assert {name: body[name] for name in ("organizationId", "email", "role", "status")} == {
        "organizationId": home.id,
        "email": "guest@example.com",
        "role": "admin",
        "status": "pending",
    }
    assert body["inviterId"] == home.admin.id
    assert body.keys() == {
        "id", "organizationId", "email", "role", "status", "expiresAt", "createdAt", "inviterId",
    }  # fmt: skip
    row = await Invitation.get()
    assert abs(row.expires_at - row.created_at - 48 * 3_600_000) < 60_000
    sent = {"invitationId": body["id"]}
    for stranger in (home.member, home.owner):
        for verb in ("accept", "reject"):
            answer = await stranger.http.post(f"{BASE}/{verb}-invitation", json=sent)
            assert status_and_code(answer) == (403, "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION")
    answer = await home.guest.http.get(f"{BASE}/get-invitation", params={"id": body["id"]})
    assert answer.json() == {
        **body,
        "organizationName": "home",
        "organizationSlug": (await Organization.get(id=home.id)).slug,
        "inviterEmail": "admin@example.com",
    }
    answer = await home.owner.http.get(f"{BASE}/get-invitation", params={"id": body["id"]})
    assert status_and_code(answer) == (403, "YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION")
    answer = await home.guest.http.post(f"{BASE}/accept-invitation", json=sent)
    assert answer.json()["invitation"]["status"] == "accepted"
    assert answer.json()["member"]["role"] == "admin"
    assert (await Session.get(user_id=home.guest.id)).active_organization_id == home.id
    assert (await home.guest.http.get("/api/v1/auth/org-members")).status_code == 200
    for verb in ("accept", "reject", "cancel"):
        answer = await home.guest.http.post(f"{BASE}/{verb}-invitation", json=sent)
        assert status_and_code(answer) == (400, "INVITATION_NOT_FOUND")


async def test_inviting_requires_a_sufficient_role(home: Home):
    assert status_and_code(await invite(home.member)) == (
        403,
        "YOU_ARE_NOT_ALLOWED_TO_INVITE_USERS_TO_THIS_ORGANIZATION",
    )
    assert status_and_code(await invite(home.admin, role="owner")) == (
        403,
        "YOU_ARE_NOT_ALLOWED_TO_INVITE_USER_WITH_THIS_ROLE",
    )
    assert status_and_code(await invite(home.admin, organizationId=home.other)) == (
        400,
        "MEMBER_NOT_FOUND",
    )
    for role in ("wizard", ["member", "admin"], "member,admin"):
        answer = await invite(home.owner, role=role)
        assert status_and_code(answer) == (400, "ROLE_NOT_FOUND")
        assert answer.json()["message"].startswith("ROLE_NOT_FOUND: ")
    assert status_and_code(await invite(home.owner, "member@example.com")) == (
        400,
        "USER_IS_ALREADY_A_MEMBER_OF_THIS_ORGANIZATION",
    )
    for email in ("no-address", "", "a b@example.com"):
        assert status_and_code(await invite(home.owner, email)) == (400, "INVALID_EMAIL")
    assert status_and_code(await invite(home.owner, None)) == (400, "VALIDATION_ERROR")
    body = (await invite(home.owner, role=["owner"], organizationId=home.id)).json()
    assert (body["role"], body["organizationId"]) == ("owner", home.id)


async def test_resend_extends_the_invitation_with_the_new_role(home: Home):
    first = (await invite(home.owner)).json()
    assert status_and_code(await invite(home.owner)) == (
        400,
        "USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION",
    )
    await Invitation.all().update(expires_at=clock.now_ms() + 1000)
    again = (await invite(home.owner, role="admin", resend=True)).json()
    assert (again["id"], again["role"]) == (first["id"], "admin")
    assert (await Invitation.get()).expires_at > clock.now_ms() + 60_000


async def test_canceled_rejected_and_expired_invitations_are_invalid(home: Home):
    cancel, accept = f"{BASE}/cancel-invitation", f"{BASE}/accept-invitation"
    sent = {"invitationId": (await invite(home.owner)).json()["id"]}
    assert status_and_code(await home.member.http.post(cancel, json=sent)) == (
        403,
        "YOU_ARE_NOT_ALLOWED_TO_CANCEL_THIS_INVITATION",
    )
    assert status_and_code(await home.guest.http.post(cancel, json=sent)) == (
        400,
        "INVITATION_NOT_FOUND",
    )
    answer = await home.admin.http.post(cancel, json=sent)
    assert answer.json()["status"] == "canceled"
    assert status_and_code(await home.guest.http.post(accept, json=sent)) == (
        400,
        "INVITATION_NOT_FOUND",
    )
    sent = {"invitationId": (await invite(home.owner)).json()["id"]}
    answer = await home.guest.http.post(f"{BASE}/reject-invitation", json=sent)
    assert (answer.json()["invitation"]["status"], answer.json()["member"]) == ("rejected", None)
    sent = {"invitationId": (await invite(home.owner)).json()["id"]}
    await Invitation.filter(status="pending").update(expires_at=clock.now_ms() - 1)
    assert status_and_code(await home.guest.http.post(accept, json=sent)) == (
        400,
        "INVITATION_NOT_FOUND",
    )
    assert not await Member.filter(user_id=home.guest.id, organization_id=home.id).exists()


async def test_invitation_ids_are_visible_only_to_inviters(home: Home):
    invitation_id = (await invite(home.owner)).json()["id"]
    listed = (await home.admin.http.get(f"{BASE}/list-invitations")).json()
    assert [row["id"] for row in listed] == [invitation_id]
    for path in ("list-invitations", "get-full-organization"):
        answer = await home.member.http.get(f"{BASE}/{path}")
        assert answer.status_code == 200
        assert "guest@example.com" in answer.text
        assert invitation_id not in answer.text
    answer = await home.guest.http.get(
        f"{BASE}/list-invitations", params={"organizationId": home.id}
    )
    assert answer.status_code == 403


async def test_own_invitations_are_listed_once_the_email_is_verified(home: Home):
    invitation_id = (await invite(home.owner)).json()["id"]
    answer = await home.guest.http.get(f"{BASE}/list-user-invitations")
    assert status_and_code(answer) == (403, "EMAIL_VERIFICATION_REQUIRED_FOR_INVITATION")
    home.guest.user.email_verified = True
    await home.guest.user.save()
    answer = await home.guest.http.get(f"{BASE}/list-user-invitations")
    assert [row["id"] for row in answer.json()] == [invitation_id]


async def test_pending_invitations_are_limited_to_100(home: Home):
    later = clock.now_ms() + LIFETIME_MS
    await Invitation.bulk_create(
        Invitation(organization_id=home.id, email=f"p{n}@example.com", role="member",
                   expires_at=later)
        for n in range(99)
    )  # fmt: skip
    assert (await invite(home.owner)).status_code == 200
    assert status_and_code(await invite(home.owner, "x@example.com")) == (
        403,
        "INVITATION_LIMIT_REACHED",
    )


async def test_members_are_limited_to_100(home: Home):
    sent = {"invitationId": (await invite(home.owner)).json()["id"]}
    crowd = [User(name=f"c{n}", email=f"c{n}@example.com", username=f"crowd{n}") for n in range(97)]
    await User.bulk_create(crowd)
    places = [Member(organization_id=home.id, user_id=one.id, role="member") for one in crowd]
    await Member.bulk_create(places)
    accept = f"{BASE}/accept-invitation"
    answer = await home.guest.http.post(accept, json=sent)
    assert status_and_code(answer) == (403, "ORGANIZATION_MEMBERSHIP_LIMIT_REACHED")
    await Member.filter(id=places[0].id).delete()
    assert (await home.guest.http.post(accept, json=sent)).status_code == 200


async def test_organization_with_provider_is_joined_only_through_it(home: Home):
    sent = {"invitationId": (await invite(home.owner)).json()["id"]}
    await SsoProvider.create(
        provider_id="idp", organization_id=home.id, issuer="https://idp.example",
        domain="example.com", client_id="x", client_secret="x", config={},
    )  # fmt: skip
    answer = await home.guest.http.post(f"{BASE}/accept-invitation", json=sent)
    assert answer.status_code == 403
    assert (await Invitation.get()).status == "pending"
    assert not await Member.filter(user_id=home.guest.id, organization_id=home.id).exists()


class TestAtOnce:
    @pytest.fixture(params=["sqlite", "postgres"])
    def database_kind(self, request: pytest.FixtureRequest) -> str:
        return request.param

    async def test_one_email_is_invited_once_and_joins_once(self, home: Home):
        answers = await asyncio.gather(*(invite(home.owner) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
        sent = {"invitationId": (await Invitation.get()).id}
        answers = await asyncio.gather(
            *(home.guest.http.post(f"{BASE}/accept-invitation", json=sent) for _ in range(5))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
        assert await Member.filter(user_id=home.guest.id, organization_id=home.id).count() == 1
