"""Restores write only to the selected paths, despite forged snapshots and links."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.outcome import PreconditionFailed
from tests.support.repositories import (
    PASSWORD,
    RepositoriesHarness,
    request_restore,
    restore_job,
    run_restore,
)
from tests.support.restic_repository import RealRepository
from zerobyte.contract.selection import BackupSelection
from zerobyte.core.errors import Failed, Invalid
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.tasks.models import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

MEMBER = {"x-test-role": "member"}
SCHEDULE = "sched001"


async def registered(client: httpx.AsyncClient, repository: RealRepository) -> dict[str, Any]:
    config = {"backend": "local", "path": str(repository.path), "isExistingRepository": True}
    answer = await client.post("/repositories", json={"name": "one", "config": config})
    assert answer.status_code == 201, answer.text
    row = answer.json()["repository"]
    await client.get(f"/repositories/{row['shortId']}/snapshots")
    return row


async def reported(harness: RepositoriesHarness, snapshot_id: str, volume: Path) -> None:
    """Index a snapshot as a run of the schedule does."""
    row = await Snapshot.get(snapshot_id=snapshot_id)
    record = await harness.snapshots.record(await row.repository, snapshot_id)
    selection = BackupSelection(volume_path=str(volume))
    await harness.snapshots.index_snapshot(
        row.repository_id, record, schedule_id=SCHEDULE, selection=selection
    )


def backed_up_by(harness: RepositoriesHarness, volume: Path) -> None:
    """Map the schedule's tag to a volume."""

    async def folders(_organization_id: str, tags: Any) -> list[str]:
        return [str(volume)] if SCHEDULE in tags else []

    harness.schedules.volume_folders = folders


def replace_by_link(folder: Path, target: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(target)


async def as_member(client: httpx.AsyncClient, row: dict[str, Any], **body: Any) -> httpx.Response:
    url = f"/repositories/{row['shortId']}/restore"
    return await client.post(url, json=body, headers=MEMBER)


async def test_exclude_from_several_paths_at_the_original_location_is_refused(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    for name in ("one", "two"):
        (disk / name).mkdir(parents=True)
        (disk / name / "file").write_text(name)
    link = tmp_path / "srv"
    link.symlink_to(disk)
    repository = RealRepository(tmp_path / "r", PASSWORD)
    snapshot_id = repository.backup(link / "one", str(link / "two"), "--tag", SCHEDULE)
    row = await registered(client, repository)
    refused = await request_restore(client, row, snapshotId=snapshot_id, exclude=["*.tmp"])
    assert refused.status_code == 400
    assert refused.json()["error"][0]["path"] == ["exclude"]
    answer = await request_restore(client, row, snapshotId=snapshot_id)
    # A stored task of an earlier version may still have this form.
    task = await Task.get(id=answer.json()["restoreId"])
    task.input["options"].update(include=[], exclude=["*.tmp"])
    await task.save()
    with pytest.raises((Failed, PreconditionFailed, Invalid)):
        await run_restore(harness, await harness.restores.job(task))
    assert link.is_symlink()


async def test_member_may_not_restore_a_snapshot_with_forged_tags(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    volume = tmp_path / "home"
    (volume / ".ssh").mkdir(parents=True)
    (volume / ".ssh" / "authorized_keys").write_text("attacker")
    repository = RealRepository(tmp_path / "r", PASSWORD)
    snapshot_id = repository.backup(volume, "--tag", SCHEDULE)
    row = await registered(client, repository)
    backed_up_by(harness, volume)
    assert (await as_member(client, row, snapshotId=snapshot_id)).status_code == 403
    await reported(harness, snapshot_id, volume)
    assert (await as_member(client, row, snapshotId=snapshot_id)).status_code == 202


async def test_rewritten_snapshot_is_trusted_only_with_the_same_content(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / "good").touch()
    repository = RealRepository(tmp_path / "r", PASSWORD)
    first = repository.backup(volume, "--tag", SCHEDULE)
    row = await registered(client, repository)
    await reported(harness, first, volume)
    backed_up_by(harness, volume)
    repository.restic("tag", "--add", "kept", first)
    await client.post(f"/repositories/{row['shortId']}/snapshots/refresh")
    tagged = json.loads(repository.restic("snapshots", "--json"))[0]
    assert tagged["original"] == first
    assert (await as_member(client, row, snapshotId=tagged["id"])).status_code == 202
    (volume / "bad").touch()
    repository.restic("rewrite", "--exclude", "good", "--forget", tagged["id"])
    await client.post(f"/repositories/{row['shortId']}/snapshots/refresh")
    changed = json.loads(repository.restic("snapshots", "--json"))[0]
    assert changed["original"] == tagged["id"] or changed["original"] == first
    await Task.all().delete()
    assert (await as_member(client, row, snapshotId=changed["id"])).status_code == 403


async def test_link_with_a_non_utf8_name_does_not_lead_out_of_the_volume(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    volume, outside = tmp_path / "volume", tmp_path / "outside"
    volume.mkdir()
    outside.mkdir()
    odd = Path(os.fsdecode(os.fsencode(volume) + b"/\xff"))
    (odd / "sub").mkdir(parents=True)
    (odd / "sub" / "file").write_text("content")
    repository = RealRepository(tmp_path / "r", PASSWORD)
    snapshot_id = repository.backup(volume, "--tag", SCHEDULE)
    replace_by_link(odd, outside)
    row = await registered(client, repository)
    backed_up_by(harness, volume)
    await reported(harness, snapshot_id, volume)
    chosen = {"include": [f"{volume}/\ufffd/sub"], "exclude": ["nothing"]}
    answer = await as_member(client, row, snapshotId=snapshot_id, **chosen)
    with pytest.raises(PreconditionFailed):
        await run_restore(harness, await restore_job(harness, answer))
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("is_in_place", [True, False])
async def test_link_swapped_while_the_task_waits_is_refused(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path, *, is_in_place: bool
) -> None:
    volume, outside = tmp_path / "volume", tmp_path / "outside"
    for folder in (volume / "folder" / "sub", volume / "other", outside):
        folder.mkdir(parents=True)
    (volume / "folder" / "sub" / "file").write_text("content")
    repository = RealRepository(tmp_path / "r", PASSWORD)
    snapshot_id = repository.backup(volume, "--tag", SCHEDULE)
    row = await registered(client, repository)
    backed_up_by(harness, volume)
    await reported(harness, snapshot_id, volume)
    link = volume / "folder"
    replace_by_link(link, volume / "other")
    body: dict[str, Any] = {"include": [f"{volume}/folder/sub"], "exclude": ["nothing"]}
    if not is_in_place:
        body["targetPath"] = str(link / "out")
        del body["exclude"]
    answer = await request_restore(client, row, snapshotId=snapshot_id, **body)
    job = await restore_job(harness, answer)
    job.allowed_roots = [str(volume)]
    link.unlink()
    link.symlink_to(outside)
    with pytest.raises(PreconditionFailed):
        await run_restore(harness, job)
    assert list(outside.iterdir()) == []


async def test_snapshot_of_our_data_is_not_restored_over_it(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    secret = harness.data / "app-secret"
    secret.write_text("old")
    repository = RealRepository(tmp_path / "r", PASSWORD)
    snapshot_id = repository.backup(tmp_path, "--tag", SCHEDULE, "--exclude", str(tmp_path / "r"))
    secret.write_text("in use")
    row = await registered(client, repository)
    answer = await request_restore(client, row, snapshotId=snapshot_id)
    with pytest.raises(Invalid, match="data of Zerobyte itself"):
        await run_restore(harness, await restore_job(harness, answer))
    assert secret.read_text() == "in use"


async def test_absolute_exclude_pattern_matches_a_path_of_the_snapshot(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    volume = tmp_path / "volume"
    (volume / "keep").mkdir(parents=True)
    (volume / "keep" / "file").write_text("old")
    (volume / "other").write_text("old")
    repository = RealRepository(tmp_path / "r", PASSWORD)
    snapshot_id = repository.backup(volume, "--tag", SCHEDULE)
    for file in ("keep/file", "other"):
        (volume / file).write_text("newer")
    row = await registered(client, repository)
    answer = await request_restore(
        client, row, snapshotId=snapshot_id, exclude=[str(volume / "keep")]
    )
    await run_restore(harness, await restore_job(harness, answer))
    assert (volume / "keep" / "file").read_text() == "newer"
    assert (volume / "other").read_text() == "old"


async def test_member_may_not_use_delete_with_an_unknown_selection(
    client: httpx.AsyncClient, harness: RepositoriesHarness, tmp_path: Path
) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / "large").write_text("left out by a parameter of restic")
    repository = RealRepository(tmp_path / "r", PASSWORD)
    snapshot_id = repository.backup(volume, "--tag", SCHEDULE, "--exclude-larger-than", "1")
    row = await registered(client, repository)
    backed_up_by(harness, volume)
    await reported(harness, snapshot_id, volume)
    selection = {"volumePath": str(volume), "otherFilters": True}
    await Snapshot.filter(snapshot_id=snapshot_id).update(selection=selection)
    body = {"snapshotId": snapshot_id, "delete": True, "confirmDelete": "/"}
    assert (await as_member(client, row, include=[str(volume)], **body)).status_code == 403
    answer = await request_restore(client, row, include=[str(volume)], **body)
    assert answer.status_code == 202, answer.text
