"""Restores: validation, and the files that a job writes."""

import asyncio
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.contract import assert_conforms
from tests.support.repositories import (
    ALL_FILES,
    RepositoriesHarness,
    SnapshotHistory,
    list_files,
    request_restore,
    restore_job,
    run_restore,
)
from zerobyte.core.errors import Failed
from zerobyte.features.tasks.models import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_whole_snapshot_is_restored_into_the_target_without_its_old_path(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    target = harness.work_dir / "out"
    short = history.ids[0][:8]
    answer = await request_restore(client, existing, snapshotId=short, targetPath=str(target))
    job = await restore_job(harness, answer)
    assert (job.snapshot_id, job.base_path, job.include) == (
        history.ids[0],
        str(history.source),
        [],
    )
    await run_restore(harness, job)
    assert list_files(target) == ALL_FILES
    task = (await client.get(f"/tasks/{answer.json()['restoreId']}")).json()
    assert_conforms("getTask", 200, task)
    assert (task["operationKey"], task["input"]["snapshotId"]) == (short, short)
    assert task["input"]["target"] == str(target)
    assert task["resourceId"] == existing["shortId"]
    assert job.repository.password not in str(task)


@pytest.mark.parametrize(
    ("include", "kind", "found"),
    [
        (["sub/b.txt"], None, ["b.txt"]),
        (["sub/b.txt"], "file", ["b.txt"]),
        (["sub/b.txt"], "dir", ["b.txt"]),
        (["sub"], None, ["b.txt", "deep/a.txt"]),
        (["a.txt"], "file", ["a.txt"]),
        (["a.txt", "sub/b.txt"], None, ["a.txt", "sub/b.txt"]),
        (["a.txt", "a.txt/"], None, ["a.txt"]),
        (["."], "dir", ALL_FILES),
        (["100% süß.txt"], None, ["100% süß.txt"]),
    ],
)
async def test_only_the_included_paths_are_restored(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    include: list[str],
    kind: str | None,
    found: list[str],
) -> None:
    """T24: `a.txt` is one file and not every file of that name; one file needs no kind."""
    target = harness.work_dir / "out"
    chosen = [f"{history.source}/{path}" for path in include]
    body = {"snapshotId": history.ids[0], "include": chosen, "targetPath": str(target)}
    if kind:
        body["selectedItemKind"] = kind
    await run_restore(
        harness, await restore_job(harness, await request_restore(client, existing, **body))
    )
    assert list_files(target) == found


async def test_restore_to_the_original_location(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    answer = await request_restore(client, existing, snapshotId=history.ids[0])
    job = await restore_job(harness, answer)
    assert (job.target, job.base_path, job.include) == ("/", None, [str(history.source)])
    changed = history.source / "sub" / "b.txt"
    try:
        changed.write_text("spoiled")
        await run_restore(harness, job)
        assert changed.read_text() == "beta"
    finally:
        changed.write_text("beta")


async def test_exclude_at_the_original_location_restores_the_folder_to_itself(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    source = str(history.source)
    wishes = {
        "snapshotId": history.ids[0],
        "exclude": ["*.txt"],
        "delete": True,
        "confirmDelete": "/",
    }
    answer = await request_restore(client, existing, **wishes)
    job = await restore_job(harness, answer)
    assert (job.target, job.base_path, job.include) == (source, source, [])
    assert job.delete
    await harness.tasks.request_stop(await Task.get())
    two = [f"{source}/a.txt", f"{source}/link"]
    for more in ({}, {"targetPath": str(harness.work_dir / "out")}):
        answer = await request_restore(client, existing, **wishes, include=two, **more)
        assert answer.status_code == 400
        assert answer.json()["error"][0]["path"] == ["exclude"]


async def test_options_are_part_of_the_job(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    answer = await request_restore(
        client,
        existing,
        snapshotId=history.ids[0],
        targetPath=str(harness.work_dir / "out"),
        exclude=["*.tmp"],
        excludeXattr=["user.*"],
        delete=True,
        confirmDelete=str(harness.work_dir / "out"),
        overwrite="if-newer",
    )
    job = await restore_job(harness, answer)
    assert (job.exclude, job.exclude_xattr) == (["*.tmp"], ["user.*"])
    assert (job.delete, job.overwrite) == (True, "if-newer")
    stray = harness.work_dir / "out" / "stray"
    stray.parent.mkdir()
    stray.touch()
    await run_restore(harness, job)
    assert list_files(stray.parent) == ALL_FILES


async def test_protected_targets_are_refused_for_every_form_of_the_path(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    link = harness.work_dir / "link"
    link.symlink_to(harness.data)
    refused = [
        "/etc", "/usr/local/x", "/var", "/tmp", "/root", "/bin/../etc/x", "//etc",
        harness.data, harness.data / "data", harness.data / "repositories" / "x",
        harness.data.parent, harness.data / "volumes", link, link / "restic", "/proc/self/cwd",
    ]  # fmt: skip
    for target in refused:
        answer = await request_restore(
            client, existing, snapshotId=history.ids[0], targetPath=str(target)
        )
        assert answer.status_code == 400, target
        assert "Restore target path is not allowed" in answer.json()["message"]
    for relative in ("relative", "../x"):
        answer = await request_restore(
            client, existing, snapshotId=history.ids[0], targetPath=relative
        )
        assert answer.status_code == 400
    volume = harness.data / "volumes" / "abcdefgh" / "_data"
    answer = await request_restore(
        client, existing, snapshotId=history.ids[0], targetPath=str(volume)
    )
    job = await restore_job(harness, answer)
    assert str(harness.data) not in job.protected_folders
    assert str(harness.data / "repositories") in job.protected_folders


async def test_link_created_after_the_request_is_refused_in_the_job(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    target = harness.work_dir / "out"
    answer = await request_restore(
        client, existing, snapshotId=history.ids[0], targetPath=str(target)
    )
    task = await Task.get(id=answer.json()["restoreId"])
    target.symlink_to(harness.data)
    with pytest.raises(Failed, match="not allowed"):
        await harness.restores.job(task)


async def test_paths_outside_the_snapshot_are_refused(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    target = str(harness.work_dir / "out")
    for include in ("/nowhere", f"{history.source}/nothing", f"{history.source}/a.txt/x"):
        answer = await request_restore(
            client, existing, snapshotId=history.ids[0], include=[include], targetPath=target
        )
        assert answer.status_code == 400, answer.text
        assert include in answer.json()["message"]
    for body in (
        {"snapshotId": history.ids[0], "include": ["a.txt"], "targetPath": target},
        {"snapshotId": history.ids[0], "overwrite": "sometimes"},
        {},
    ):
        assert (await request_restore(client, existing, **body)).status_code == 400
    for unknown in ("deadbeef", "latest"):
        answer = await request_restore(client, existing, snapshotId=unknown, targetPath=target)
        assert answer.status_code == 404
        assert answer.json() == {"message": "Snapshot not found"}
    agent = await request_restore(
        client, existing, snapshotId=history.ids[0], targetPath=target, targetAgentId="far"
    )
    assert agent.json() == {"message": "Restore target agent not found"}
    assert await Task.all().count() == 0


async def test_concurrent_restores_of_one_snapshot_or_target_conflict(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    out = harness.work_dir / "out"
    answers = await asyncio.gather(
        *(
            request_restore(client, existing, snapshotId=snapshot_id, targetPath=str(out))
            for snapshot_id in (history.ids[0], history.ids[0][:8])
        )
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    same = await request_restore(
        client, existing, snapshotId=history.ids[0][:8], targetPath=str(harness.work_dir / "b")
    )
    assert same.status_code == 409
    assert same.json()["message"] == "A restore is already running for this snapshot"
    alias = harness.work_dir / "alias"
    alias.symlink_to(out)
    for path in (out, out / "below", harness.work_dir, alias):
        answer = await request_restore(
            client, existing, snapshotId=history.ids[1], targetPath=str(path)
        )
        assert answer.status_code == 409, path
    free = await request_restore(
        client, existing, snapshotId=history.ids[1], targetPath=str(harness.work_dir / "out2")
    )
    assert free.status_code == 202
    await harness.tasks.request_stop(
        await Task.get(operation_key__in=[history.ids[0], history.ids[0][:8]])
    )
    again = await request_restore(client, existing, snapshotId=history.ids[0], targetPath=str(out))
    assert again.status_code == 202


async def test_restore_to_a_read_only_volume_is_refused(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    async def is_read_only(organization_id: str, tags: Any) -> bool:
        return organization_id == "o1" and "sched001" in tags

    harness.schedules.is_read_only = is_read_only
    refused = await request_restore(client, existing, snapshotId=history.ids[0], targetPath="")
    assert refused.status_code == 400
    assert "source volume is read-only" in refused.json()["message"]
    elsewhere = str(harness.work_dir / "out")
    allowed = await request_restore(
        client, existing, snapshotId=history.ids[0], targetPath=elsewhere
    )
    assert allowed.status_code == 202


async def test_snapshot_of_a_relative_path_is_restored_from_the_start_of_its_tree(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    relative = harness.work_dir / "relative"
    relative.mkdir()
    (relative / "x").write_text("x")
    here = Path.cwd()
    os.chdir(harness.work_dir)
    try:
        snapshot_id = history.repository.backup(Path("relative"))
    finally:
        os.chdir(here)
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    in_place = await request_restore(client, existing, snapshotId=snapshot_id)
    assert in_place.status_code == 400
    out = harness.work_dir / "out"
    job = await restore_job(
        harness,
        await request_restore(client, existing, snapshotId=snapshot_id, targetPath=str(out)),
    )
    await run_restore(harness, job)
    assert list_files(out) == ["relative/x"]


async def test_several_folders_and_single_files_are_restored_below_the_target(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    source = history.source
    two = history.repository.backup(source / "sub" / "deep", str(source / "a.txt"))
    one = history.repository.backup(source / "a.txt")
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    out = harness.work_dir / "two"
    answer = await request_restore(client, existing, snapshotId=two, targetPath=str(out))
    await run_restore(harness, await restore_job(harness, answer))
    assert list_files(out) == ["a.txt", "sub/deep/a.txt"]
    out = harness.work_dir / "one"
    answer = await request_restore(client, existing, snapshotId=one, targetPath=str(out))
    await run_restore(harness, await restore_job(harness, answer))
    assert list_files(out) == ["a.txt"]


async def test_long_include_lists_with_a_foreign_path_are_refused_without_restic(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    forged = history.repository.forge("2026-02-01T00:00:00Z", "t", "/p")
    foreign = history.repository.forge("2026-02-02T00:00:00Z", "t", "C:\\data")
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    before = len(harness.restic_runs())
    many = [f"/p/{number}" for number in range(40)]
    target = str(harness.work_dir / "out")
    outside = await request_restore(
        client, existing, snapshotId=forged, include=[*many, "/q"], targetPath=target
    )
    assert outside.status_code == 400
    assert (await request_restore(client, existing, snapshotId=foreign)).status_code == 400
    elsewhere = await request_restore(
        client, existing, snapshotId=foreign, targetPath=str(harness.work_dir / "foreign")
    )
    assert (await restore_job(harness, elsewhere)).base_path == "/"
    assert len(harness.restic_runs()) == before
