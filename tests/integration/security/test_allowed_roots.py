"""An instance admin grants folders of a host to organizations; only there they name paths."""

from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.integration.security.conftest import Fortress
from tests.support.signed_in_users import SignedInUser
from zerobyte.features.audit.models import AuditLine

ROOTS = "/api/v1/system/allowed-roots"


@dataclass
class Site:
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
async def site(fortress: Fortress) -> Site:
    first = await fortress.user_factory.organization("first")
    second = await fortress.user_factory.organization("second")
    for name in ("granted", "other"):
        (fortress.folder / name / "sub").mkdir(parents=True)
    return Site(
        await fortress.user_factory.person("ada", {first: "owner"}, role="admin"),
        await fortress.user_factory.person("bob", {second: "owner"}),
        first,
        second,
        fortress.folder / "granted",
        fortress.folder / "other",
    )


def directory(path: Path, name: str = "v") -> dict[str, object]:
    return {"name": name, "config": {"backend": "directory", "path": str(path)}}


async def test_only_an_instance_admin_in_a_browser_reads_and_sets_allowed_roots(fortress, site):
    member = await fortress.user_factory.person("eve", {site.second: "member"})
    key = await fortress.key_of(site.admin.http)
    body = {"organizationId": site.second, "host": "local", "roots": ["/"]}
    fortress.client.cookies.clear()
    for http, headers, status in (
        (member.http, {}, 403),
        (site.owner.http, {}, 403),
        (fortress.client, {"x-api-key": key}, 401),
        (fortress.client, {}, 401),
    ):
        assert (await http.get(ROOTS, headers=headers)).status_code == status
        assert (await http.put(ROOTS, json=body, headers=headers)).status_code == status
    assert (await site.admin.http.get(ROOTS)).json()["grants"] == []


async def test_allowed_roots_list_every_grant_and_the_setting_of_the_first_organization(site):
    made = await site.grant(f"{site.granted}//sub/./", "/srv")
    expected = {
        "organizationId": site.second,
        "organizationName": "second",
        "host": "local",
        "roots": sorted([f"{site.granted}/sub", "/srv"]),
    }
    assert (made.status_code, made.json()) == (200, expected)
    await site.grant("/srv", host="other-host")
    shown = (await site.admin.http.get(ROOTS)).json()
    assert shown == {
        "grants": [expected, {**expected, "host": "other-host", "roots": ["/srv"]}],
        "firstOrganization": {
            "organizationId": site.first,
            "organizationName": "first",
            "roots": ["/"],
        },
    }


@pytest.mark.parametrize("root", ["srv", "", "/srv/../etc", "/..", "/a\nb", "/" + "a" * 5000])
async def test_a_root_must_be_an_absolute_path_without_parent_segments(site, root):
    answer = await site.grant("/srv", root)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"][0]["path"] == ["roots", 1]
    assert (await site.admin.http.get(ROOTS)).json()["grants"] == []


async def test_roots_of_an_unknown_organization_or_a_malformed_host_are_refused(site):
    assert (await site.grant("/srv", organizationId="nothing")).status_code == 404
    assert (await site.grant("/srv", host="a/b")).status_code == 400
    many = await site.grant(*[f"/srv/{number}" for number in range(65)])
    assert many.status_code == 400


async def test_a_granted_root_lets_the_owner_of_a_second_organization_make_a_volume_there(site):
    before = await site.owner.http.post("/api/v1/volumes", json=directory(site.granted))
    assert before.status_code == 403
    await site.grant(site.granted)
    (site.granted / "out").symlink_to(site.other)
    for path in (site.other, site.granted / "out", site.granted.parent, Path("/")):
        answer = await site.owner.http.post("/api/v1/volumes", json=directory(path))
        assert answer.status_code == 403, path
    made = await site.owner.http.post("/api/v1/volumes", json=directory(site.granted / "sub"))
    assert (made.status_code, made.json()["status"]) == (201, "mounted")


async def test_a_revoked_root_takes_effect_when_the_volume_is_used_next(site):
    await site.grant(site.granted)
    made = await site.owner.http.post("/api/v1/volumes", json=directory(site.granted))
    url = f"/api/v1/volumes/{made.json()['shortId']}"
    checked = await site.owner.http.post(f"{url}/health-check")
    assert checked.json()["status"] == "mounted"
    assert (await site.grant()).json()["roots"] == []
    checked = await site.owner.http.post(f"{url}/health-check")
    assert checked.json()["status"] == "error"
    assert "outside the folders" in checked.json()["error"]
    again = await site.owner.http.post("/api/v1/volumes", json=directory(site.granted, "again"))
    assert again.status_code == 403


async def test_changed_grant_is_in_the_audit_log_of_the_instance(site):
    await site.grant(site.granted)
    await site.owner.http.put(
        ROOTS, json={"organizationId": site.second, "host": "local", "roots": ["/"]}
    )
    done, refused = await AuditLine.filter(action="setAllowedRoots").order_by("id")
    assert (done.result, done.actor_id, done.organization_id) == ("succeeded", site.admin.id, None)
    assert done.details == {
        "organizationId": site.second,
        "host": "local",
        "roots": [str(site.granted)],
    }
    assert (refused.result, refused.actor_id) == ("refused", site.owner.id)
