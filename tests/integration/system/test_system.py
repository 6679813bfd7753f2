"""What the installation tells about itself, its switches, and the recovery key."""

from pathlib import Path

import pytest

from tests.support.http_server import settings_for
from zerobyte.features.auth.models import Account, Member, Organization, User
from zerobyte.features.system.service import System

ADA = {"email": "ada@example.com", "password": "correct horse", "name": "Ada", "username": "ada"}


@pytest.fixture
async def ada(client):
    assert (await client.post("/api/auth/sign-up/email", json=ADA)).status_code == 200


async def test_everything_needs_a_session(client):
    for path in ("info", "updates", "registration-status", "password-login-status", "dev-panel"):
        answer = await client.get(f"/api/v1/system/{path}")
        assert answer.status_code == 401, path


async def test_info_tells_the_backends(client, ada):
    body = (await client.get("/api/v1/system/info")).json()
    assert body["runtime"] == "server"
    capabilities = body["capabilities"]
    assert set(capabilities) == {"rclone", "sysAdmin", "volumeBackends", "repositoryBackends"}
    assert capabilities["volumeBackends"][0] == "directory"
    assert capabilities["repositoryBackends"][:3] == ["local", "s3", "r2"]


def test_rclone_counts_when_it_is_set_up_and_present(tmp_path, monkeypatch):
    binary = tmp_path / "rclone"
    binary.write_text("#!/bin/sh\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = settings_for(tmp_path, RCLONE_CONFIG_DIR=str(tmp_path))
    system = System(settings=settings, accounts=None, organizations=None, second_factor=None)
    assert system.info().capabilities.rclone is False
    (tmp_path / "rclone.conf").write_text("[x]\n")
    capabilities = system.info().capabilities
    assert capabilities.rclone is True
    assert capabilities.repository_backends[-1] == "rclone"
    may_mount = capabilities.sys_admin and Path("/dev/fuse").exists()
    assert ("rclone" in capabilities.volume_backends) is may_mount
    # No other program is in PATH.
    assert capabilities.volume_backends == ["directory", *(["webdav", "rclone"] * may_mount)]


async def test_updates_make_no_network_request(client, ada):
    answer = await client.get("/api/v1/system/updates")
    assert answer.json() == {
        "currentVersion": "dev",
        "latestVersion": "dev",
        "hasUpdate": False,
        "missedReleases": [],
    }
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "field"),
    [("registration-status", "enabled"), ("password-login-status", "disabled")],
)
async def test_switches_are_read_and_turned_by_the_admin_alone(client, ada, path, field):
    url = f"/api/v1/system/{path}"
    assert (await client.get(url)).json() == {field: False}
    for value in (True, True, False):
        answer = await client.put(url, json={field: value})
        assert (answer.status_code, answer.json()) == (200, {field: value})
        assert (await client.get(url)).json() == {field: value}
    assert (await client.put(url, json={field: "true"})).status_code == 400
    await User.all().update(role="user")
    for answer in (await client.put(url, content=b"{"), await client.get(url)):
        assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


async def test_the_dev_panel_is_a_setting(serve):
    async with serve(ENABLE_DEV_PANEL="yes") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        assert (await client.get("/api/v1/system/dev-panel")).json() == {"enabled": True}


async def test_the_recovery_key_needs_the_password_again(client, ada):
    url = "/api/v1/system/restic-password"
    answer = await client.post(url, json={"password": "wrong"})
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid password"})
    assert (await User.get()).has_downloaded_restic_password is False
    answer = await client.post(url, json={"password": ADA["password"]})
    assert answer.status_code == 200
    assert len(answer.text) == 64
    assert int(answer.text, 16)
    assert answer.headers["content-type"] == "text/plain; charset=UTF-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="restic.pass"'
    assert (await User.get()).has_downloaded_restic_password is True
    assert answer.text not in (await Organization.get()).repository_password
    assert (await client.post(url, json={})).status_code == 400


async def test_the_recovery_key_is_refused_to_plain_members_and_without_a_password(client, ada):
    url = "/api/v1/system/restic-password"
    await Member.all().update(role="member")
    answer = await client.post(url, json={"password": ADA["password"]})
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    await Member.all().update(role="admin")
    await Account.all().delete()
    answer = await client.post(url, json={"password": ADA["password"]})
    assert answer.status_code == 403
    assert answer.json()["message"] == "A local password is required to download the recovery key"
