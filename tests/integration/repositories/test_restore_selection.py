"""What a restore with `delete` needs to know, and what it looks up before it starts."""

import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.restore import refuse_target
from tests.integration.repositories.conftest import History, House
from tests.support.restores import files_in, job_of, post_restore, run_restore
from zerobyte.contract.selection import BackupSelection
from zerobyte.features.repositories.models import Snapshot

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_delete_without_a_known_selection_needs_the_target_and_says_the_count(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    target = house.place / "out"
    target.mkdir()
    (target / "stray").write_text("never saved")
    body = {"snapshotId": history.ids[0], "targetPath": str(target), "delete": True}
    refused = await post_restore(client, existing, **body)
    assert refused.status_code == 400
    assert "1 files and folders would go" in refused.text
    assert (target / "stray").exists()
    wrong = await post_restore(client, existing, **body, confirmDelete="/elsewhere")
    assert wrong.status_code == 400
    job = await job_of(
        house, await post_restore(client, existing, **body, confirmDelete=f"{target}/")
    )
    await run_restore(house, job)
    assert "stray" not in files_in(target)


async def test_delete_outside_of_the_volume_needs_a_confirmation_although_the_selection_is_known(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    await client.get(f"/repositories/{existing['shortId']}/snapshots")
    known = {"selection": {"volumePath": str(history.source)}}
    await Snapshot.filter(snapshot_id=history.ids[0]).update(**known)
    target = house.place / "out"
    body = {"snapshotId": history.ids[0], "targetPath": str(target), "delete": True}
    target.mkdir()
    (target / "photo").touch()
    refused = await post_restore(client, existing, **body)
    assert refused.status_code == 400
    assert "1 files and folders would go" in refused.text
    assert (target / "photo").exists()


async def test_delete_with_a_recorded_selection_needs_no_confirmation(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    await client.get(f"/repositories/{existing['shortId']}/snapshots")
    selection = BackupSelection(volume_path=str(history.source), exclude_patterns=["*.tmp"])
    row = await Snapshot.get(snapshot_id=history.ids[0])
    record = await house.snapshots.record(await row.repository, row.snapshot_id)
    await house.snapshots.index_snapshot(row.repository_id, record, selection=selection)
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    target = str(house.place / "out")
    body = {"snapshotId": history.ids[0], "targetPath": target, "delete": True}
    job = await job_of(house, await post_restore(client, existing, **body))
    assert job.selection == selection


@pytest.mark.parametrize(
    "change", [{"is_incomplete": True}, {"selection": {"volumePath": "/v", "otherFilters": True}}]
)
async def test_what_was_left_out_beyond_the_selection_needs_a_confirmation(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: History,
    house: House,
    change: dict[str, Any],
) -> None:
    await client.get(f"/repositories/{existing['shortId']}/snapshots")
    known = {"selection": {"volumePath": str(history.source)}, **change}
    await Snapshot.filter(snapshot_id=history.ids[0]).update(**known)
    target = house.place / "out"
    target.mkdir()
    (target / "stray").touch()
    body = {"snapshotId": history.ids[0], "targetPath": str(target), "delete": True}
    assert (await post_restore(client, existing, **body)).status_code == 400


async def test_each_of_many_chosen_paths_is_looked_up(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    chosen = [f"{history.source}/none-{number}" for number in range(40)]
    chosen += [f"{history.source}/a.txt"] * 2
    body = {"snapshotId": history.ids[0], "targetPath": str(house.place / "out")}
    answer = await post_restore(client, existing, **body, include=chosen)
    assert answer.status_code == 400
    assert "none-0" in answer.text


async def test_of_more_than_32_chosen_paths_the_last_one_is_looked_up_too(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: History,
    house: House,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}").touch()
    snapshot = history.repository.backup(folder)
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    body = {"snapshotId": snapshot, "targetPath": str(house.place / "out")}
    chosen = [f"{folder}/{number:02}" for number in range(60)]
    refused = await post_restore(client, existing, **body, include=[*chosen, f"{folder}/60"])
    assert refused.status_code == 400
    assert f"{folder}/60" in refused.text
    accepted = await post_restore(client, existing, **body, include=chosen)
    assert accepted.status_code == 202, accepted.text


async def test_a_restore_of_everything_lists_no_whole_tree(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    target = str(house.place / "out")
    answer = await post_restore(client, existing, snapshotId=history.ids[0], targetPath=target)
    assert answer.status_code == 202, answer.text
    listings = [run for run in house.runs() if run[0] == "ls"]
    assert listings
    assert all(run[-1] != history.ids[0] for run in listings)


async def test_latest_names_the_newest_snapshot_in_a_listing_of_files(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History
) -> None:
    at = f"/repositories/{existing['shortId']}/snapshots"
    page = (await client.get(f"{at}/latest/files")).json()
    newest = max((await client.get(at)).json(), key=lambda one: one["time"])
    assert page["snapshot"]["short_id"] == newest["short_id"]
    assert (await client.delete(f"{at}/latest")).status_code == 404


def save_as_home(history: History, folder: Path) -> bool:
    """Save a folder of the test as /home; False where this account may not mount."""
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


async def test_a_whole_home_volume_is_restored_to_its_original_place(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: History,
    house: House,
    tmp_path: Path,
) -> None:
    """The snapshot is made where a folder of the test stands at /home; only the job is made."""
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

    house.restores.volume_folders = no_volume
    refused = await post_restore(client, existing, snapshotId=row.snapshot_id)
    assert refused.status_code == 400, "no volume of this organization is /home"
    house.restores.volume_folders = whole_home
    job = await job_of(house, await post_restore(client, existing, snapshotId=row.snapshot_id))
    assert (job.target, job.include, job.own_folders) == ("/", ["/home"], ["/home"])
    refuse_target(job)
