"""Tests of impersonation by an instance admin."""

import pytest

from tests.support.signed_in_users import SignedInUsers
from zerobyte.core import clock
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.auth.models import Session

ADMIN = "/api/auth/admin"
HELD = "zerobyte.admin_session"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def ada(user_factory: SignedInUsers):
    return await user_factory.person("ada", {await user_factory.organization("hers"): "owner"})


async def impersonate(who, user_id: str):
    return await who.http.post(f"{ADMIN}/impersonate-user", json={"userId": user_id})


async def user_of(who) -> str | None:
    answer = (await who.http.get("/api/auth/get-session")).json()
    return answer and answer["user"]["name"]


async def test_impersonation_lasts_an_hour_and_restores_the_admin(root, ada):
    answer = await impersonate(root, ada.id)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["user"]["name"] == "ada"
    assert body["session"]["impersonatedBy"] == root.id
    cookies = {line.split("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    assert "; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax" in cookies[HELD]
    assert "Max-Age" not in cookies["zerobyte.session_token"]
    assert "zerobyte.dont_remember" in cookies
    row = await Session.get(impersonated_by=root.id)
    assert 0 < row.expires_at - clock.now_ms() <= 3_600_000
    assert await user_of(root) == "ada"
    # The impersonation has no admin rights.
    assert (await root.http.get(f"{ADMIN}/list-users")).status_code == 403
    assert (await root.http.get("/api/v1/auth/org-members")).status_code == 200
    answer = await root.http.post(f"{ADMIN}/stop-impersonating")
    assert (answer.status_code, answer.json()["user"]["name"]) == (200, "root")
    assert HELD not in root.http.cookies
    assert await user_of(root) == "root"
    assert not await Session.filter(impersonated_by=root.id).exists()
    actions = {line.action: line for line in await AuditLine.all()}
    assert actions["adminImpersonateUser"].actor_id == root.id
    assert actions["adminImpersonateUser"].details["userId"] == ada.id
    assert actions["adminStopImpersonating"].impersonated_by == root.id


async def test_admins_banned_and_unknown_users_cannot_be_impersonated(user_factory, root, ada):
    other = await user_factory.person("other", role="admin")
    for user_id, status, code in (
        ("nope", 404, "USER_NOT_FOUND"),
        (other.id, 403, "YOU_CANNOT_IMPERSONATE_ADMINS"),
        (root.id, 403, "YOU_CANNOT_IMPERSONATE_ADMINS"),
    ):
        answer = await impersonate(root, user_id)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await impersonate(ada, root.id)).status_code == 403
    answer = await root.http.post(f"{ADMIN}/stop-impersonating")
    assert (answer.status_code, answer.json()["code"]) == (400, "YOU_ARE_NOT_IMPERSONATING_ANYONE")


async def test_demoted_or_deleted_admin_loses_the_impersonation(user_factory, root, ada):
    other = await user_factory.person("other", role="admin")
    await impersonate(root, ada.id)
    answer = await other.http.post(f"{ADMIN}/ban-user", json={"userId": root.id})
    assert answer.status_code == 200
    assert await user_of(root) is None


@pytest.mark.parametrize("ended_by", ["set-user-password", "revoke-user-sessions"])
async def test_ending_an_admins_sessions_ends_the_impersonation(user_factory, root, ada, ended_by):
    other = await user_factory.person("other", role="admin")
    await impersonate(root, ada.id)
    body = {"userId": root.id}
    if ended_by == "set-user-password":
        body["newPassword"] = "another horse"
    answer = await other.http.post(f"{ADMIN}/{ended_by}", json=body)
    assert answer.status_code == 200, answer.text
    assert await user_of(root) is None
    assert await user_of(ada) == "ada"


@pytest.mark.parametrize("body", ["revoke-sessions", "revoke-other-sessions"])
async def test_admin_revoking_own_sessions_ends_their_impersonations(user_factory, root, ada, body):
    desk = await user_factory.browser(await user_factory.cookie(root.id, root.active))
    await impersonate(root, ada.id)
    answer = await desk.post(f"/api/auth/{body}", json={})
    assert (answer.status_code, answer.json()) == (200, {"status": True})
    assert await user_of(root) is None
    assert await Session.filter(user_id=root.id).count() == (body == "revoke-other-sessions")
    assert await user_of(ada) == "ada"


async def test_sign_out_during_impersonation_ends_the_admin_session(user_factory, root, ada):
    desk = await user_factory.browser(await user_factory.cookie(root.id, root.active))
    await impersonate(root, ada.id)
    assert HELD in root.http.cookies
    answer = await root.http.post("/api/auth/sign-out")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert HELD not in root.http.cookies
    assert not await Session.filter(impersonated_by=root.id).exists()
    # Only the session of the other browser remains.
    assert await Session.filter(user_id=root.id).count() == 1
    assert (await desk.get(f"{ADMIN}/list-users")).status_code == 200
    assert await user_of(ada) == "ada"


async def test_foreign_admin_cookie_ends_no_session(user_factory, root, ada):
    other = await user_factory.person("other", role="admin")
    await impersonate(root, ada.id)
    await impersonate(other, ada.id)
    root.http.cookies.delete(HELD)
    root.http.cookies.set(HELD, other.http.cookies[HELD], domain=root.http.base_url.host)
    assert (await root.http.post("/api/auth/sign-out")).status_code == 200
    assert await Session.filter(user_id=other.id).count() == 1
    assert await user_of(other) == "ada"


async def test_impersonation_ends_when_the_user_becomes_admin(user_factory, root, ada):
    other = await user_factory.person("other", role="admin")
    await impersonate(root, ada.id)
    answer = await other.http.post(f"{ADMIN}/set-role", json={"userId": ada.id, "role": "admin"})
    assert answer.status_code == 200, answer.text
    assert await user_of(root) is None
    assert await user_of(ada) == "ada"


async def test_foreign_admin_cookie_restores_no_session(user_factory, root, ada):
    other = await user_factory.person("other", role="admin")
    await impersonate(root, ada.id)
    await impersonate(other, ada.id)
    root.http.cookies.delete(HELD)
    root.http.cookies.set(HELD, other.http.cookies[HELD], domain=root.http.base_url.host)
    answer = await root.http.post(f"{ADMIN}/stop-impersonating")
    assert (answer.status_code, answer.json()["code"]) == (400, "FAILED_TO_FIND_ADMIN_SESSION")
    assert await user_of(root) is None
