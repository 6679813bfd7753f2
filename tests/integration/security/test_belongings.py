"""What belongs to another organization is not there; and what goes when people go."""

import re
import statistics
import time
from typing import Any

import pytest

from tests.integration.security.conftest import SecurityHarness
from tests.support.organization_rows import create_rows
from tests.support.signed_in_users import SignedInUser
from zerobyte.core import ids
from zerobyte.features.auth.models import ApiKey, Member, Organization, User
from zerobyte.features.backups.models import Schedule
from zerobyte.features.notifications.models import Destination
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume
from zerobyte.http.auth import Permission
from zerobyte.http.openapi import operations


@pytest.fixture
async def ada(harness: SecurityHarness) -> SignedInUser:
    home = await harness.user_factory.organization("home")
    return await harness.user_factory.person("ada", {home: "owner"}, role="admin")


@pytest.fixture
async def eve(harness: SecurityHarness) -> SignedInUser:
    return await harness.user_factory.person(
        "eve", {await harness.user_factory.organization("far"): "owner"}
    )


def filled(path: str, known: dict[str, str]) -> str:
    """A path with the ids of existing things, each by the part of the path before it."""
    steps: list[str] = []
    for step in path.split("/"):
        if step.startswith("{"):
            name = step[1:-1]
            steps.append(known.get(name) or known.get(steps[-1]) or "nothing0")
        else:
            steps.append(step)
    return "/".join(steps)


@pytest.mark.parametrize("by_key", [False, True])
async def test_every_operation_answers_404_to_ids_of_another_organization(
    harness, ada, eve, by_key
):
    # A key opens the organization that it was made in alone, whatever else its owner belongs to.
    headers = {"x-api-key": await harness.key_of(ada.http)} if by_key else {}
    if by_key:
        # Its first use is noted on it.
        assert (await ada.http.get("/api/v1/volumes", headers=headers)).json() == []
        await Member.create(user_id=ada.id, organization_id=next(iter(eve.places)), role="owner")
    far = next(iter(eve.places))
    known = await create_rows(harness, far, "hers")
    key = await ApiKey.create(
        user_id=eve.id, organization_id=far, name="k", key_hash=ids.token(43), start="zb_abc"
    )
    known |= {"memberId": eve.places[far].id, "keyId": key.id}
    before = await everything()
    tried, wrong = 0, []
    for (path, method), operation in sorted(operations(harness.app).items()):
        is_ours = path.startswith("/api/v1/") and "{" in path
        if not is_ours or method in ("head", "options") or operation.permission in OPEN:
            continue
        if by_key and operation.permission.needs_browser:
            continue
        if not re.search(r"volumes|repositories|backups|destinations|tasks|org-members|keys", path):
            continue
        url = filled(path, known)
        assert "nothing0" not in url, url
        tried += 1
        body = {} if method == "get" else {"json": BODIES.get(operation.operation_id, {})}
        answer = await ada.http.request(method, url, headers=headers, **body)
        if answer.text == "null":  # "which schedule backs this volume up": none that you see
            continue
        if answer.status_code != 404:
            wrong.append(f"{operation.operation_id}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert tried > 35
    assert await everything() == before


# What an operation reads before it looks: enough of a body for it to look.
BODIES: dict[str, dict[str, Any]] = {
    "updateVolume": {"name": "mine"},
    "updateRepository": {"name": "mine"},
    "updateMemberRole": {"role": "member"},
    "updateNotificationDestination": {"name": "mine"},
    "deleteSnapshots": {"snapshotIds": ["00000000"]},
    "tagSnapshots": {"snapshotIds": ["00000000"], "add": ["a"]},
    "restoreSnapshot": {"snapshotId": "latest"},
    "updateScheduleNotifications": {"assignments": []},
    "updateScheduleMirrors": {"mirrors": []},
}
OPEN = (Permission.PUBLIC, Permission.INSTANCE_ADMIN)


async def everything() -> list[dict[str, Any]]:
    """Every row that anybody could have changed."""
    tables = (Volume, Repository, Schedule, Destination, Task, ApiKey)
    return [dict(row) for table in tables for row in await table.all().order_by("id")]


async def test_a_foreign_id_takes_as_long_as_an_unknown_one(harness, ada, eve):
    known = await create_rows(harness, next(iter(eve.places)), "hers")

    async def seconds(short_id: str) -> float:
        began = time.perf_counter()
        answer = await ada.http.get(f"/api/v1/volumes/{short_id}")
        assert answer.status_code == 404
        return time.perf_counter() - began

    pairs = [(await seconds(known["volumes"]), await seconds("nothing0")) for _ in range(40)]
    foreign, unknown = (statistics.median(each) for each in zip(*pairs, strict=True))
    # The query is the same; this only catches a second look at rows that are there.
    assert foreign < unknown * 5


async def test_a_person_goes_with_an_organization_full_of_data(harness, ada, eve):
    far = next(iter(eve.places))
    await create_rows(harness, far, "hers")
    mine = await create_rows(harness, next(iter(ada.places)), "mine")
    impact = await ada.http.get(f"/api/v1/auth/deletion-impact/{eve.id}")
    assert impact.json()["organizations"][0]["resources"] == {
        "volumesCount": 1,
        "repositoriesCount": 1,
        "backupSchedulesCount": 1,
    }
    await Task.filter(organization_id=far).update(status="running")
    # Without its repository only the running task refuses.
    await Schedule.filter(organization_id=far).delete()
    await Repository.filter(organization_id=far).delete()
    answer = await ada.http.post("/api/auth/admin/remove-user", json={"userId": eve.id})
    assert answer.status_code == 409
    assert "still running" in answer.json()["message"]
    assert await User.filter(id=eve.id).exists()
    assert await Volume.filter(organization_id=far).exists()
    await Task.filter(organization_id=far).update(status="succeeded")
    answer = await ada.http.post("/api/auth/admin/remove-user", json={"userId": eve.id})
    assert answer.json() == {"success": True}
    assert not await Organization.filter(id=far).exists()
    for table, kept in ((Volume, "volumes"), (Repository, "repositories"), (Schedule, "backups")):
        assert [row.short_id for row in await table.all()] == [mine[kept]]
    assert await Task.all().count() == await Destination.all().count() == 1
    assert await Snapshot.all().count() == 1
    assert (harness.folder / "hers").is_dir()


async def test_a_person_is_not_deleted_while_an_organization_of_only_theirs_has_repositories(
    harness, ada, eve
):
    far, home = next(iter(eve.places)), next(iter(ada.places))
    await create_rows(harness, far, "hers")
    name = (await Organization.get(id=far)).name
    answer = await ada.http.post("/api/auth/admin/remove-user", json={"userId": eve.id})
    assert answer.status_code == 409
    assert answer.json()["code"] == "ORGANIZATION_HOLDS_REPOSITORIES"
    assert f'"{name}", which has 1 repository' in answer.json()["message"]
    assert await User.filter(id=eve.id).exists()
    assert await Repository.filter(organization_id=far).exists()
    # Another owner keeps the organization and its password.
    await Member.create(organization_id=far, user_id=ada.id, role="owner")
    answer = await ada.http.post("/api/auth/admin/remove-user", json={"userId": eve.id})
    assert answer.json() == {"success": True}
    assert await Repository.filter(organization_id=far).exists()
    assert await Organization.filter(id=home).exists()


async def test_an_organization_that_holds_something_is_not_deleted(harness, ada):
    home = next(iter(ada.places))
    await create_rows(harness, home, "mine")
    body = {"organizationId": home, "password": "correct horse battery"}
    answer = await ada.http.post("/api/auth/organization/delete", json=body)
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "message": "The organization still holds 1 volume, 1 repository, 1 backup schedule; "
            "delete them first",
            "code": "ORGANIZATION_IS_NOT_EMPTY",
        },
    )
    assert await Organization.filter(id=home).exists()


class TestOnPostgres:
    @pytest.fixture(params=["postgres"])
    def database_kind(self, request: pytest.FixtureRequest) -> str:
        return request.param

    async def test_a_person_goes_with_an_organization_full_of_data(self, harness, ada, eve):
        await test_a_person_goes_with_an_organization_full_of_data(harness, ada, eve)


async def test_deletions_and_restores_are_audited(harness, ada):
    mine = await create_rows(harness, next(iter(ada.places)), "mine")
    repository = f"/api/v1/repositories/{mine['repositories']}"
    restored = await ada.http.post(
        f"{repository}/restore", json={"snapshotId": mine["snapshotId"], "targetPath": "/etc"}
    )
    assert restored.status_code >= 400
    await ada.http.delete(f"{repository}/snapshots/{mine['snapshotId']}")
    await Task.filter(kind="deleteSnapshots").update(status="succeeded")
    for path in ("backups", "repositories", "volumes", "destinations"):
        family = "notifications/destinations" if path == "destinations" else path
        answer = await ada.http.delete(f"/api/v1/{family}/{mine[path]}")
        assert answer.status_code == 200, answer.text
    lines = (await ada.http.get("/api/v1/audit")).json()["entries"][::-1]
    assert [(line["action"], line["result"]) for line in lines] == [
        ("restoreSnapshot", "failed"),
        ("deleteSnapshot", "succeeded"),
        ("deleteBackupSchedule", "succeeded"),
        ("deleteRepository", "succeeded"),
        ("deleteVolume", "succeeded"),
        ("deleteNotificationDestination", "succeeded"),
    ]
    assert lines[0]["details"]["snapshotId"] == mine["snapshotId"]
    assert lines[3]["details"] == {"shortId": mine["repositories"]}
    assert {line["actor"]["id"] for line in lines} == {ada.id}


# These change nothing that matters to an audit; the worker API has its own records.
LEAVES_NO_LINE = {
    "testConnection", "healthCheckVolume", "refreshRepositoryStats", "refreshSnapshots",
    "setActiveOrganization", "checkOrganizationSlug", "hasOrganizationPermission",
    "adminHasPermission", "adminListUserSessions", "isUsernameAvailable",
    "requestPasswordReset", "signInSocial", "sendOtp", "verifyOtp",
    "leaveOrganization", "removeMember", "previewRetention",
}  # fmt: skip


def test_whatever_changes_something_leaves_a_line_by_being_an_operation(harness):
    silent = {
        operation.operation_id
        for (path, method), operation in operations(harness.app).items()
        if method not in ("get", "head", "options")
        and operation.audited is False
        and not path.startswith("/api/control/")
    }
    assert silent == LEAVES_NO_LINE
