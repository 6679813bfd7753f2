"""The rights of the first organization stay with it, and folders stay unseen by all others."""

import pytest

from tests.integration.security.conftest import SecurityHarness
from tests.support.http_server import settings_for
from tests.support.signed_in_users import PASSWORD
from zerobyte.features.auth.models import Organization
from zerobyte.features.auth.service import private_networks
from zerobyte.features.auth.service.allowed_roots import RootGrants


@pytest.mark.parametrize("was_asked_before", [True, False])
async def test_no_organization_inherits_the_rights_of_the_first_one(
    harness: SecurityHarness, was_asked_before: bool
) -> None:
    first, second = [await harness.user_factory.organization(name) for name in ("first", "second")]
    spare = await harness.user_factory.organization("spare")
    owner = await harness.user_factory.person("ada", {first: "owner", spare: "owner"})
    eve = await harness.user_factory.person("eve", {second: "owner"})
    grants = RootGrants(settings_for(harness.folder / "data"))
    if was_asked_before:
        assert await grants.of(first) == ["/"]
        assert await private_networks.is_allowed(first, ["first"])
    body = {"organizationId": first, "password": PASSWORD}
    answer = await owner.http.post("/api/auth/organization/delete", json=body)
    assert answer.status_code == 200, answer.text
    assert not await Organization.exists(id=first)
    for other in (second, spare):
        assert await grants.of(other) == []
        assert not await private_networks.is_allowed(other, ["first"])
        assert await private_networks.is_allowed(other, ["all"])
    (harness.folder / "vol").mkdir()
    config = {"backend": "directory", "path": str(harness.folder / "vol")}
    answer = await eve.http.post("/api/v1/volumes", json={"name": "v", "config": config})
    assert answer.status_code == 403, answer.text


async def test_the_oldest_organization_of_an_existing_installation_is_the_first(
    harness: SecurityHarness,
) -> None:
    newer = await harness.user_factory.organization("newer")
    older = await harness.user_factory.organization("older")
    await Organization.filter(id=older).update(created_at=1)
    grants = RootGrants(settings_for(harness.folder / "data"))
    assert (await grants.of(older), await grants.of(newer)) == (["/"], [])
    await Organization.filter(id=newer).update(created_at=0)
    assert (await grants.of(older), await grants.of(newer)) == (["/"], [])


async def test_only_those_who_may_name_a_folder_learn_that_it_holds_a_repository(
    harness: SecurityHarness,
) -> None:
    home, other = [await harness.user_factory.organization(name) for name in ("home", "other")]
    ada = await harness.user_factory.person("ada", {home: "owner"})
    member = await harness.user_factory.person("mia", {home: "member"})
    eve = await harness.user_factory.person("eve", {other: "owner"})
    place = harness.folder / "somewhere"
    (place / "keys").mkdir(parents=True)
    (place / "config").write_text("x")
    for person, expected in ((member, 403), (eve, 403), (ada, 409)):
        config = {"backend": "local", "path": str(place)}
        body = {"name": "x", "config": config}
        answer = await person.http.post("/api/v1/repositories", json=body)
        assert answer.status_code == expected, answer.text
        if expected == 403:
            config["path"] = str(harness.folder / "nothing")
            absent = await person.http.post("/api/v1/repositories", json=body)
            assert (absent.status_code, absent.json()) == (403, answer.json())
