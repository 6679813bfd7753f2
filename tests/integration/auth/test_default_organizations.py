"""Tests of the default organization of a user."""

import re

import pytest

from tests.support.accounts import ADA, PASSWORD
from zerobyte.core import ids
from zerobyte.features.auth.models import Member, Organization
from zerobyte.features.auth.service.registration_settings import RegistrationSettings

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def slug_suffixes(monkeypatch):
    """Slug suffixes: the first two collide, the third differs."""
    tokens = iter(["same", "SAME", "else"])
    token = ids.token
    monkeypatch.setattr(
        ids, "token", lambda *n: next(tokens, token(*n)) if n == (4,) else token(*n)
    )


async def test_default_organization_is_named_after_its_user_with_its_own_password(
    client, slug_suffixes
):
    keys = []
    for number, (email, slug) in enumerate(
        (
            ("Ada.Love-Lace@example.com", "ada-love-lace-same"),
            ("ada++love+lace@example.com", "ada-love-lace-else"),
            ("_@example.com", "org-[a-z0-9]{4}"),
        )
    ):
        client.cookies.clear()
        await RegistrationSettings().set_registrations_enabled(True)
        body = {**ADA, "email": email, "username": f"ada{number}"}
        answer = await client.post("/api/auth/sign-up/email", json=body)
        assert answer.status_code == 200, answer.text
        [shown] = (await client.get("/api/auth/organization/list")).json()
        assert shown["name"] == "Ada's Workspace"
        assert re.fullmatch(slug, shown["slug"])
        assert (await Member.get(organization_id=shown["id"])).role == "owner"
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}", shown["id"])
        keys.append((await client.post("/api/v1/system/restic-password", json=PASSWORD)).text)
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys)
    assert len(set(keys)) == await Organization.all().count() == 3
