"""Permissions for host paths, and protected paths."""

import pytest

from tests.support.actors import HeaderAuthenticator
from tests.support.http_server import serving, settings_for
from zerobyte.features.auth.models import AllowedRoots, Organization
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.routes import volumes_v1
from zerobyte.features.volumes.service import Volumes
from zerobyte.http.app import make_app
from zerobyte.http.auth import Authenticator

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
BROWSE = "/api/v1/volumes/filesystem/browse"


def body(path):
    return {"name": "v", "config": {"backend": "directory", "path": str(path)}}


@pytest.fixture
async def member(harness):
    services = {Authenticator: HeaderAuthenticator("member"), Volumes: harness.volumes}
    app = make_app(settings_for(harness.data), services, name="zerobyte_member")
    app.blueprint(volumes_v1)
    async with serving(app, headers={"x-test-organization": "o1"}) as served:
        yield served


async def test_member_may_not_use_a_host_path(member, volume, harness):
    for request in (
        member.post("/api/v1/volumes", json=body("/etc")),
        member.post("/api/v1/volumes/test-connection", json={"config": body("/etc")["config"]}),
        member.put(f"/api/v1/volumes/{volume['shortId']}", json={"config": body("/")["config"]}),
        member.get(BROWSE, params={"path": "/etc"}),
    ):
        answer = await request
        assert answer.status_code == 403, answer.text
    row = await Volume.get(short_id=volume["shortId"])
    assert row.config["path"] == str(harness.src)
    files = await member.get(f"/api/v1/volumes/{volume['shortId']}/files")
    assert files.status_code == 200


async def test_later_organization_has_no_roots_until_granted(client, harness):
    await Organization.create(id="o3", name="o3", slug="o3", repository_password="x")
    other = {"x-test-organization": "o3"}
    assert (
        await client.post("/api/v1/volumes", json=body(harness.src), headers=other)
    ).status_code == 403
    assert (await client.get(BROWSE, params={"path": "/"}, headers=other)).status_code == 403
    (harness.src / "sub" / "out").symlink_to("/etc")
    grant = await AllowedRoots.create(
        organization_id="o3", host="local", roots=[str(harness.src / "sub")]
    )
    refused = await client.post(
        "/api/v1/volumes", json=body(harness.src / "sub/out"), headers=other
    )
    assert refused.status_code == 403
    created = await client.post("/api/v1/volumes", json=body(harness.src / "sub"), headers=other)
    assert created.json()["status"] == "mounted"
    shown = await client.get(BROWSE, params={"path": str(harness.src)}, headers=other)
    assert [entry["name"] for entry in shown.json()["directories"]] == ["sub"]
    grant.roots = []
    await grant.save()
    again = await client.post(
        f"/api/v1/volumes/{created.json()['shortId']}/health-check", headers=other
    )
    assert again.json()["status"] == "error"


async def test_first_organization_has_the_roots_of_the_settings(client, harness):
    await AllowedRoots.all().delete()
    created = await client.post("/api/v1/volumes", json=body(harness.src))
    assert created.status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "/proc/1/root/etc", "/proc/1/root/nothing/here", "/proc/1/root/root/.ssh",
        "//proc//1/root/", "/usr/../proc/1/root/etc", "/proc/self/environ", "/sys", "/root/.ssh",
    ],
)  # fmt: skip
async def test_browse_of_kernel_and_key_folders_is_forbidden(client, path):
    answer = await client.get(BROWSE, params={"path": path})
    assert answer.status_code == 403, answer.text


async def test_volume_inside_the_data_folder_or_linked_to_it_is_not_ready(client, harness):
    (harness.data / "run").mkdir()
    (harness.src / "link").symlink_to(harness.data / "run")
    for name, path in (
        ("a", harness.data / "run"),
        ("b", harness.src / "link"),
        ("c", "/root/.ssh"),
    ):
        created = await client.post("/api/v1/volumes", json={**body(path), "name": name})
        assert created.json().get("status") != "mounted", created.text
