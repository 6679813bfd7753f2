"""The organization that a person starts in."""

import re

import pytest

from tests.accounts import ADA, PASSWORD
from zerobyte.core import ids
from zerobyte.features.auth.models import Member, Organization, User
from zerobyte.features.auth.service.switches import Switches

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("email", "slug"),
    [
        ("Ada.Love-Lace@example.com", "ada-love-lace"),
        ("a++b@example.com", "a-b"),
        ("_@example.com", "org"),
    ],
)
async def test_it_is_named_after_its_person_and_theirs_alone(client, email, slug):
    await client.post("/api/auth/sign-up/email", json={**ADA, "email": email})
    [shown] = (await client.get("/api/auth/organization/list")).json()
    assert shown["name"] == "Ada's Workspace"
    assert re.fullmatch(rf"{slug}-[a-z0-9]{{4}}", shown["slug"])
    assert (await Member.get()).role == "owner"
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}", shown["id"])


async def test_each_has_a_repository_password_and_a_slug_of_its_own(client, monkeypatch):
    given = iter(["same", "SAME", "else"])
    token = ids.token
    monkeypatch.setattr(ids, "token", lambda *n: next(given) if n == (4,) else token(*n))
    keys = []
    for name in ("ada", "bob"):
        await Switches().set_registrations_enabled(True)
        body = {**ADA, "email": f"x@{name}.example", "username": name}
        client.cookies.clear()
        answer = await client.post("/api/auth/sign-up/email", json=body)
        assert answer.status_code == 200, answer.text
        keys.append((await client.post("/api/v1/system/restic-password", json=PASSWORD)).text)
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys)
    assert keys[0] != keys[1]
    assert {row.slug for row in await Organization.all()} == {"x-same", "x-else"}
    assert await User.all().count() == 2
