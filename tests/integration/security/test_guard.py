"""Every operation of the router against everybody who may ask: who gets in is what it declares.

Written over the router, so an operation that is added later is tried without being named here.
"""

import re
from dataclasses import dataclass

import pytest

from tests.integration.security.conftest import SecurityHarness
from tests.support.signed_in_users import SignedInUser, SignedInUsers
from zerobyte.core import clock
from zerobyte.features.auth.models import User
from zerobyte.http.auth import Permission
from zerobyte.http.endpoint import Operation
from zerobyte.http.openapi import document, operations

GONE = "Invalid or expired session"
UNAUTHORIZED = "Unauthorized"


@dataclass
class GuardedEndpoint:
    """One operation as it is asked for, with ids that nothing has."""

    method: str
    path: str
    operation: Operation

    @property
    def is_auth(self) -> bool:
        return self.path.startswith("/api/auth/")

    @property
    def permission(self) -> Permission:
        return self.operation.permission


@pytest.fixture
def endpoints(harness: SecurityHarness) -> list[GuardedEndpoint]:
    """Every operation but HEAD, OPTIONS and the worker API, which has its own token."""
    return [
        GuardedEndpoint(method.upper(), re.sub(r"\{\w+\}", "nothing0", path), operation)
        for (path, method), operation in sorted(operations(harness.app).items())
        if method not in ("head", "options") and not path.startswith("/api/control/")
    ]


@pytest.fixture
async def home(harness: SecurityHarness) -> str:
    return await harness.user_factory.organization("home")


async def knock(
    harness: SecurityHarness, endpoint: GuardedEndpoint, headers: dict[str, str]
) -> tuple[int, str]:
    """The status and the message; a stream is left as soon as it has begun."""
    body = {"json": {}} if endpoint.operation.body is not None else {}
    http = harness.client
    http.cookies.clear()
    async with http.stream(endpoint.method, endpoint.path, headers=headers, **body) as answer:
        if answer.status_code < 400:
            return answer.status_code, ""
        await answer.aread()
        refusal = answer.json()
        # One style in each family: nothing is empty, and `/api/auth` always has a code.
        assert not endpoint.is_auth or refusal["code"], answer.text
        return answer.status_code, refusal["message"]


def cookie_maker(user_factory: SignedInUsers, who: SignedInUser, **more):
    async def make() -> dict[str, str]:
        return {"cookie": await user_factory.cookie(who.id, who.active, **more)}

    return make


def always(**headers: str):
    async def make() -> dict[str, str]:
        return headers

    return make


def expected(
    endpoint: GuardedEndpoint, *, browser: bool, admin: bool, role: str | None
) -> tuple[int, str] | None:
    """The refusal that the declaration asks for; None lets them in."""
    demand = endpoint.permission.value
    if endpoint.permission is Permission.PUBLIC:
        return None
    if not browser and endpoint.is_auth:
        return 401, "API key authentication is only supported for API v1 routes"
    if demand.organization and role is None:
        return 403, "Invalid organization context"
    if demand.browser and not browser:
        return 401, "Browser session required"
    if demand.instance_admin and not admin:
        return 403, ""
    if demand.organization and role not in demand.roles:
        return 403, "Forbidden"
    return None


async def check(harness, endpoints, make, *, browser=True, admin=False, role=None) -> None:
    wrong = []
    for endpoint in endpoints:
        status, message = await knock(harness, endpoint, await make())
        wanted = expected(endpoint, browser=browser, admin=admin, role=role)
        what = f"{endpoint.operation.operation_id}: {status} {message}, wanted {wanted}"
        if wanted is None:
            # Let in: whatever it says then is about what was asked, not about who asked.
            refused = status == 401 or (status == 403 and message in ("Forbidden", UNAUTHORIZED))
            if refused and endpoint.permission is not Permission.PUBLIC:
                wrong.append(what)
        elif status != wanted[0] or (wanted[1] and message != wanted[1]):
            wrong.append(what)
        if status >= 500 and status != 501 and status != 503:
            wrong.append(what)
    assert wrong == []


async def shut(harness, endpoints, make, v1: tuple[int, str]) -> None:
    """An unauthenticated client is rejected by every operation that is not public."""
    wrong = []
    for endpoint in endpoints:
        if endpoint.permission is Permission.PUBLIC:
            continue
        found = await knock(harness, endpoint, await make())
        wanted = (401, UNAUTHORIZED) if endpoint.is_auth else v1
        if found != wanted:
            wrong.append(f"{endpoint.operation.operation_id}: {found}, wanted {wanted}")
    assert wrong == []


async def test_there_is_something_to_knock_at(endpoints):
    assert len(endpoints) > 100
    assert {endpoint.permission for endpoint in endpoints} >= set(Permission) - {
        Permission.ORG_OWNER,
        Permission.ORG_ADMIN_BROWSER,
    }


async def test_without_a_session(harness, endpoints):
    await shut(harness, endpoints, always(), (401, GONE))


async def test_with_an_expired_session(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", {home: "owner"}, role="admin")
    make = cookie_maker(harness.user_factory, ada, expires_at=clock.now_ms() - 1)
    await shut(harness, endpoints, make, (401, GONE))


async def test_a_banned_person(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", {home: "owner"}, role="admin")
    key = await harness.key_of(ada.http)
    await User.filter(id=ada.id).update(banned=True)
    await shut(harness, endpoints, cookie_maker(harness.user_factory, ada), (401, GONE))
    v1 = [endpoint for endpoint in endpoints if not endpoint.is_auth]
    await shut(harness, v1, always(**{"x-api-key": key}), (401, GONE))


async def test_a_plain_member(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", {home: "member"})
    await check(harness, endpoints, cookie_maker(harness.user_factory, ada), role="member")


async def test_an_admin_of_the_organization(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", {home: "admin"})
    await check(harness, endpoints, cookie_maker(harness.user_factory, ada), role="admin")


async def test_an_owner(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", {home: "owner"})
    await check(harness, endpoints, cookie_maker(harness.user_factory, ada), role="owner")


async def test_an_admin_of_the_instance_has_no_more_rights_in_an_organization(
    harness, endpoints, home
):
    ada = await harness.user_factory.person("ada", {home: "member"}, role="admin")
    await check(
        harness, endpoints, cookie_maker(harness.user_factory, ada), role="member", admin=True
    )


async def test_an_admin_of_the_instance_outside_of_the_organization(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", role="admin")
    make = cookie_maker(harness.user_factory, ada, active_organization_id=home)
    await check(harness, endpoints, make, admin=True)


async def test_a_key_of_an_owner(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", {home: "owner"}, role="admin")
    make = always(**{"x-api-key": await harness.key_of(ada.http)})
    await check(harness, endpoints, make, role="owner", admin=True, browser=False)


async def test_a_key_of_an_organization_that_was_left(harness, endpoints, home):
    ada = await harness.user_factory.person("ada", {home: "owner"}, role="admin")
    make = always(**{"x-api-key": await harness.key_of(ada.http)})
    await ada.places[home].delete()
    await check(harness, endpoints, make, role=None, admin=True, browser=False)


async def test_large_bodies_of_unauthenticated_clients_are_rejected(harness):
    wrong, tried = [], 0
    for (path, method), operation in sorted(operations(harness.app).items()):
        if operation.body is None:
            continue
        tried += 1
        url = re.sub(r"\{\w+\}", "nothing0", path)
        answer = await harness.client.request(
            method, url, content=b"?" * 70_000, headers={"content-type": "application/json"}
        )
        # An operation that reads the body reports invalid JSON.
        if answer.status_code not in (401, 413):
            wrong.append(f"{operation.operation_id}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert tried > 50


async def test_the_document_says_what_the_guard_does(harness):
    paths = document(harness.app)["paths"]
    for (path, method), operation in operations(harness.app).items():
        if not path.startswith("/api/v1/") or method in ("head", "options"):
            continue
        shown = paths[path][method]
        assert shown["x-permission"] == operation.permission.value.name
        schemes = [name for entry in shown["security"] for name in entry]
        if operation.permission is Permission.PUBLIC:
            assert schemes == []
            continue
        assert ("apiKey" in schemes) is not operation.permission.needs_browser
        assert "session" in schemes
        assert {"401", "403"} <= set(shown["responses"])
