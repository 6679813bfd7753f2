"""Confirmation of restores with `delete`, and path lookups before a restore."""

import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.restore import check_target
from tests.support.repositories import (
    RepositoriesHarness,
    SnapshotHistory,
    list_files,
    request_restore,
    restore_job,
    run_restore,
)
from zerobyte.contract.selection import BackupSelection
from zerobyte.features.repositories.models import Snapshot

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_delete_without_a_known_selection_requires_confirmation_with_a_count(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    target = harness.work_dir / "out"
    target.mkdir()
    (target / "stray").write_text("never saved")
    body = {"snapshotId": history.ids[0], "targetPath": str(target), "delete": True}
    refused = await request_restore(client, existing, **body)
    assert refused.status_code == 400
    assert "1 files and folders would go" in refused.text
    assert (target / "stray").exists()
    wrong = await request_restore(client, existing, **body, confirmDelete="/elsewhere")
    assert wrong.status_code == 400
    job = await restore_job(
        harness, await request_restore(client, existing, **body, confirmDelete=f"{target}/")
    )
    await run_restore(harness, job)
    assert "stray" not in list_files(target)


async def test_delete_outside_the_volume_requires_confirmation(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    await client.get(f"/repositories/{existing['shortId']}/snapshots")
    known = {"selection": {"volumePath": str(history.source)}}
    await Snapshot.filter(snapshot_id=history.ids[0]).update(**known)
    target = harness.work_dir / "out"
    body = {"snapshotId": history.ids[0], "targetPath": str(target), "delete": True}
    target.mkdir()
    (target / "photo").touch()
    refused = await request_restore(client, existing, **body)
    assert refused.status_code == 400
    assert "1 files and folders would go" in refused.text
    assert (target / "photo").exists()


async def test_delete_with_a_recorded_selection_requires_no_confirmation(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    await client.get(f"/repositories/{existing['shortId']}/snapshots")
    selection = BackupSelection(volume_path=str(history.source), exclude_patterns=["*.tmp"])
    row = await Snapshot.get(snapshot_id=history.ids[0])
    record = await harness.snapshots.record(await row.repository, row.snapshot_id)
    await harness.snapshots.index_snapshot(row.repository_id, record, selection=selection)
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    target = str(harness.work_dir / "out")
    body = {"snapshotId": history.ids[0], "targetPath": target, "delete": True}
    job = await restore_job(harness, await request_restore(client, existing, **body))
    assert job.selection == selection


@pytest.mark.parametrize(
    "change", [{"is_incomplete": True}, {"selection": {"volumePath": "/v", "otherFilters": True}}]
)
async def test_delete_requires_confirmation_if_other_filters_applied(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    change: dict[str, Any],
) -> None:
    await client.get(f"/repositories/{existing['shortId']}/snapshots")
    known = {"selection": {"volumePath": str(history.source)}, **change}
    await Snapshot.filter(snapshot_id=history.ids[0]).update(**known)
    target = harness.work_dir / "out"
    target.mkdir()
    (target / "stray").touch()
    body = {"snapshotId": history.ids[0], "targetPath": str(target), "delete": True}
    assert (await request_restore(client, existing, **body)).status_code == 400


async def test_each_included_path_is_looked_up(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    chosen = [f"{history.source}/none-{number}" for number in range(40)]
    chosen += [f"{history.source}/a.txt"] * 2
    body = {"snapshotId": history.ids[0], "targetPath": str(harness.work_dir / "out")}
    answer = await request_restore(client, existing, **body, include=chosen)
    assert answer.status_code == 400
    assert "none-0" in answer.text


async def test_last_of_more_than_32_included_paths_is_looked_up(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}").touch()
    snapshot = history.repository.backup(folder)
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    body = {"snapshotId": snapshot, "targetPath": str(harness.work_dir / "out")}
    chosen = [f"{folder}/{number:02}" for number in range(60)]
    refused = await request_restore(client, existing, **body, include=[*chosen, f"{folder}/60"])
    assert refused.status_code == 400
    assert f"{folder}/60" in refused.text
    accepted = await request_restore(client, existing, **body, include=chosen)
    assert accepted.status_code == 202, accepted.text


async def test_restore_of_a_whole_snapshot_does_not_list_its_tree(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    target = str(harness.work_dir / "out")
    answer = await request_restore(client, existing, snapshotId=history.ids[0], targetPath=target)
    assert answer.status_code == 202, answer.text
    listings = [run for run in harness.restic_runs() if run[0] == "ls"]
    assert listings
    assert all(run[-1] != history.ids[0] for run in listings)


async def test_latest_selects_the_newest_snapshot_in_a_file_listing(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory
) -> None:
    at = f"/repositories/{existing['shortId']}/snapshots"
    page = (await client.get(f"{at}/latest/files")).json()
    newest = max((await client.get(at)).json(), key=lambda one: one["time"])
    assert page["snapshot"]["short_id"] == newest["short_id"]
    assert (await client.delete(f"{at}/latest")).status_code == 404


def save_as_home(history: SnapshotHistory, folder: Path) -> bool:
    """Save a folder as /home. Returns False if this account may not mount."""
    may_mount = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if may_mount.returncode != 0:
        return False
    save = 'mount --bind "$1" /home && exec restic -r "$2" backup -q --tag sched001 /home'
    env = {
        "PATH": os.environ["PATH"],
        "RESTIC_PASSWORD": history.repository.password,
        "RESTIC_CACHE_DIR": str(folder.parent / "cache"),
    }
    command = ["unshare", "--mount", "sh", "-c", save, "sh", folder, history.repository.path]
    subprocess.run(command, env=env, capture_output=True, check=True)
    return True


async def test_home_volume_is_restored_to_its_original_location(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    tmp_path: Path,
) -> None:
    """Mount a test folder at /home for the backup; only create the restore job."""
    (tmp_path / "home" / "ann").mkdir(parents=True)
    (tmp_path / "home" / "ann" / "a.txt").write_text("alpha")
    if not save_as_home(history, tmp_path / "home"):
        pytest.skip("this account may not mount")
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    [row] = [row for row in await Snapshot.all() if row.record["paths"] == ["/home"]]

    async def no_volume(*_: object) -> list[str]:
        return []

    async def whole_home(*_: object) -> list[str]:
        return ["/home"]

    harness.schedules.volume_folders = no_volume
    refused = await request_restore(client, existing, snapshotId=row.snapshot_id)
    assert refused.status_code == 400, "no volume of this organization is /home"
    harness.schedules.volume_folders = whole_home
    job = await restore_job(
        harness, await request_restore(client, existing, snapshotId=row.snapshot_id)
    )
    assert (job.target, job.include, job.own_folders) == ("/", ["/home"], ["/home"])
    check_target(job)
