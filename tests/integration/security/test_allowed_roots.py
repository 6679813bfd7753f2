"""An instance admin grants folders of a host to organizations; only there they name paths."""

from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.integration.security.conftest import SecurityHarness
from tests.support.signed_in_users import SignedInUser
from zerobyte.features.audit.models import AuditLine

ROOTS = "/api/v1/system/allowed-roots"


@dataclass
class AllowedRootsSetup:
    """Two organizations: the admin's is the first one; `granted` and `other` are folders."""

    admin: SignedInUser
    owner: SignedInUser
    first: str
    second: str
    granted: Path
    other: Path

    async def grant(self, *roots: Path | str, **more: str) -> httpx.Response:
        body = {"organizationId": self.second, "host": "local", "roots": [str(r) for r in roots]}
        return await self.admin.http.put(ROOTS, json={**body, **more})


@pytest.fixture
async def roots_setup(harness: SecurityHarness) -> AllowedRootsSetup:
    first = await harness.user_factory.organization("first")
    second = await harness.user_factory.organization("second")
    for name in ("granted", "other"):
        (harness.folder / name / "sub").mkdir(parents=True)
    return AllowedRootsSetup(
        await harness.user_factory.person("ada", {first: "owner"}, role="admin"),
        await harness.user_factory.person("bob", {second: "owner"}),
        first,
        second,
        harness.folder / "granted",
        harness.folder / "other",
    )


def directory(path: Path, name: str = "v") -> dict[str, object]:
    return {"name": name, "config": {"backend": "directory", "path": str(path)}}


async def test_only_an_instance_admin_in_a_browser_reads_and_sets_allowed_roots(
    harness, roots_setup
):
    member = await harness.user_factory.person("eve", {roots_setup.second: "member"})
    key = await harness.key_of(roots_setup.admin.http)
    body = {"organizationId": roots_setup.second, "host": "local", "roots": ["/"]}
    harness.client.cookies.clear()
    for http, headers, status in (
        (member.http, {}, 403),
        (roots_setup.owner.http, {}, 403),
        (harness.client, {"x-api-key": key}, 401),
        (harness.client, {}, 401),
    ):
        assert (await http.get(ROOTS, headers=headers)).status_code == status
        assert (await http.put(ROOTS, json=body, headers=headers)).status_code == status
    assert (await roots_setup.admin.http.get(ROOTS)).json()["grants"] == []


async def test_allowed_roots_list_every_grant_and_the_setting_of_the_first_organization(
    roots_setup,
):
    granted = await roots_setup.grant(f"{roots_setup.granted}//sub/./", "/srv")
    expected = {
        "organizationId": roots_setup.second,
        "organizationName": "second",
        "host": "local",
        "roots": sorted([f"{roots_setup.granted}/sub", "/srv"]),
    }
    assert (granted.status_code, granted.json()) == (200, expected)
    await roots_setup.grant("/srv", host="other-host")
    shown = (await roots_setup.admin.http.get(ROOTS)).json()
    assert shown == {
        "grants": [expected, {**expected, "host": "other-host", "roots": ["/srv"]}],
        "firstOrganization": {
            "organizationId": roots_setup.first,
            "organizationName": "first",
            "roots": ["/"],
        },
    }


@pytest.mark.parametrize("root", ["srv", "", "/srv/../etc", "/..", "/a\nb", "/" + "a" * 5000])
async def test_a_root_must_be_an_absolute_path_without_parent_segments(roots_setup, root):
    answer = await roots_setup.grant("/srv", root)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"][0]["path"] == ["roots", 1]
    assert (await roots_setup.admin.http.get(ROOTS)).json()["grants"] == []


async def test_roots_of_an_unknown_organization_or_a_malformed_host_are_refused(roots_setup):
    assert (await roots_setup.grant("/srv", organizationId="nothing")).status_code == 404
    assert (await roots_setup.grant("/srv", host="a/b")).status_code == 400
    many = await roots_setup.grant(*[f"/srv/{number}" for number in range(65)])
    assert many.status_code == 400


async def test_a_granted_root_lets_the_owner_of_a_second_organization_make_a_volume_there(
    roots_setup,
):
    before = await roots_setup.owner.http.post(
        "/api/v1/volumes", json=directory(roots_setup.granted)
    )
    assert before.status_code == 403
    await roots_setup.grant(roots_setup.granted)
    (roots_setup.granted / "out").symlink_to(roots_setup.other)
    for path in (
        roots_setup.other,
        roots_setup.granted / "out",
        roots_setup.granted.parent,
        Path("/"),
    ):
        answer = await roots_setup.owner.http.post("/api/v1/volumes", json=directory(path))
        assert answer.status_code == 403, path
    response = await roots_setup.owner.http.post(
        "/api/v1/volumes", json=directory(roots_setup.granted / "sub")
    )
    assert (response.status_code, response.json()["status"]) == (201, "mounted")


async def test_a_revoked_root_takes_effect_when_the_volume_is_used_next(roots_setup):
    await roots_setup.grant(roots_setup.granted)
    response = await roots_setup.owner.http.post(
        "/api/v1/volumes", json=directory(roots_setup.granted)
    )
    url = f"/api/v1/volumes/{response.json()['shortId']}"
    checked = await roots_setup.owner.http.post(f"{url}/health-check")
    assert checked.json()["status"] == "mounted"
    assert (await roots_setup.grant()).json()["roots"] == []
    checked = await roots_setup.owner.http.post(f"{url}/health-check")
    assert checked.json()["status"] == "error"
    assert "outside the folders" in checked.json()["error"]
    again = await roots_setup.owner.http.post(
        "/api/v1/volumes", json=directory(roots_setup.granted, "again")
    )
    assert again.status_code == 403


async def test_changed_grant_is_in_the_audit_log_of_the_instance(roots_setup):
    await roots_setup.grant(roots_setup.granted)
    await roots_setup.owner.http.put(
        ROOTS, json={"organizationId": roots_setup.second, "host": "local", "roots": ["/"]}
    )
    done, refused = await AuditLine.filter(action="setAllowedRoots").order_by("id")
    assert (done.result, done.actor_id, done.organization_id) == (
        "succeeded",
        roots_setup.admin.id,
        None,
    )
    assert done.details == {
        "organizationId": roots_setup.second,
        "host": "local",
        "roots": [str(roots_setup.granted)],
    }
    assert (refused.result, refused.actor_id) == ("refused", roots_setup.owner.id)
