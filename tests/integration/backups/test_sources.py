"""Checks of includes on save, and of the volume's readiness before a run."""

import shutil
from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report
from zerobyte.features.backups.service import references
from zerobyte.features.tasks.models import Task
from zerobyte.features.volumes.models import Volume

BACKUPS = "/api/v1/backups"


@pytest.fixture
def odd(harness: ApiHarness) -> ApiHarness:
    """A volume with the data folder, and links that lead out of the volume."""
    place = harness.source
    (place / "photos").mkdir()
    (place / "out").symlink_to("/etc")
    (place / "in").symlink_to(place / "photos")
    (place / "own").symlink_to(harness.services.settings.data_dir)
    (place / "processes").symlink_to("/proc")
    return harness


REFUSED = [
    ({"includePaths": ["photos", "out/passwd"]}, ["includePaths", 1]),
    ({"includePaths": ["own/app-secret"]}, ["includePaths", 0]),
    ({"includePaths": ["processes/1/environ"]}, ["includePaths", 0]),
    ({"includePatterns": ["photos/*", "out/*"]}, ["includePatterns", 1]),
    ({"includePatterns": ["ou?/passwd"]}, ["includePatterns", 0]),
]


@pytest.mark.parametrize(("change", "path"), REFUSED, ids=str)
async def test_includes_that_leave_the_volume_through_a_link_are_400_at_post_and_patch(
    odd: ApiHarness, change: dict[str, Any], path: list[Any]
) -> None:
    volume, repository = await odd.volume(), await odd.repository()
    body = {
        "name": "s",
        "volumeId": volume["id"],
        "repositoryId": repository["shortId"],
        "enabled": True,
        "cronExpression": "0 3 * * *",
    }
    answer = await odd.client.post(BACKUPS, json={**body, **change})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"][0]["path"] == path
    assert "escapes volume root" in answer.json()["message"]
    response = await odd.client.post(BACKUPS, json=body)
    assert response.status_code == 201, response.text
    url = f"{BACKUPS}/{response.json()['shortId']}"
    assert (await odd.client.patch(url, json=change)).status_code == 400
    assert (await odd.client.get(url)).json()["includePaths"] == []


async def test_includes_in_protected_places_of_the_volume_are_400(odd: ApiHarness) -> None:
    data = odd.services.settings.data_dir
    volume = await odd.volume("above", data.parent)
    schedule = await odd.schedule(volume=volume)
    url = f"{BACKUPS}/{schedule['shortId']}"
    for change in (
        {"includePaths": [data.name]},
        {"includePaths": [f"{data.name}/app-secret"]},
        {"includePatterns": [f"{data.name}/app-secret"]},
    ):
        answer = await odd.client.patch(url, json=change)
        assert answer.status_code == 400, (change, answer.text)
        assert "inside a folder of Zerobyte" in answer.json()["message"]
    good = {"includePaths": ["src/in", "src/out", "absent"], "includePatterns": ["src/*.txt"]}
    assert (await odd.client.patch(url, json=good)).status_code == 200


async def test_old_schedule_with_invalid_includes_can_be_edited(odd: ApiHarness) -> None:
    schedule = await odd.schedule(includePaths=["photos"])
    url = f"{BACKUPS}/{schedule['shortId']}"
    shutil.rmtree(odd.source / "photos")
    (odd.source / "photos").symlink_to("/etc")
    same = {"includePaths": ["photos"], "enabled": False}
    assert (await odd.client.patch(url, json=same)).status_code == 200


async def test_run_of_a_failed_volume_is_rejected_and_recorded(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    await Volume.filter(id=schedule["volumeId"]).update(status="error", last_error="it hangs")
    shutil.rmtree(harness.source)
    answer = await harness.client.post(f"{BACKUPS}/{schedule['shortId']}/run")
    assert answer.status_code == 400, answer.text
    history = (await harness.client.get("/api/v1/tasks/history")).json()
    assert [item["outcome"] for item in history["items"]] == ["error"]
    assert (await Task.get(id=history["items"][0]["id"])).error == answer.json()["message"]
    assert harness.scheduler.runs == {}


async def test_job_of_a_failed_volume_has_a_blocked_reason(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    await Volume.filter(id=schedule["volumeId"]).update(
        status="error", last_error="it hangs", auto_remount=False
    )
    run = await harness.scheduler_run(schedule)
    reply = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
    assert reply["job"]["source"]["blockedReason"] == "it hangs"


async def test_old_volume_on_the_data_folder_is_rejected_in_every_status(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    data = str(harness.services.settings.data_dir)
    config = {"backend": "directory", "path": data}
    await Volume.filter(id=schedule["volumeId"]).update(status="error", config=config)
    answer = await harness.client.post(f"{BACKUPS}/{schedule['shortId']}/run")
    assert answer.status_code == 400, answer.text
    await Volume.filter(id=schedule["volumeId"]).update(status="mounted")
    run = await harness.scheduler_run(schedule)
    reply = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
    # The worker rejects a source in an excluded folder.
    assert data in reply["job"]["excludedFolders"]


async def test_every_backup_excludes_kernel_files(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    run = await harness.scheduler_run(schedule)
    reply = await harness.claim(schedule_id=schedule["shortId"], flow_run_id=run)
    assert {"/proc", "/sys", "/dev"} <= set(reply["job"]["excludedFolders"])


async def test_a_volume_is_read_from_the_start_of_its_backup_to_its_end(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    volume = await Volume.get()
    assert not await references.is_read(volume), "its own start may mount the volume"
    await harness.claim(task_id=task_id)
    assert await references.is_read(volume)
    await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    assert not await references.is_read(volume)
