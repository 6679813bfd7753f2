"""Restores: refused in words before they start, and written exactly where and what was meant."""

import asyncio
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import History, House
from tests.support.contract import assert_conforms
from tests.support.restores import ALL_FILES, files_in, job_of, post_restore, run_restore
from zerobyte.core.errors import Failed
from zerobyte.features.tasks.models import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_a_whole_snapshot_appears_in_the_target_without_its_old_path(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    target = house.place / "out"
    short = history.ids[0][:8]
    answer = await post_restore(client, existing, snapshotId=short, targetPath=str(target))
    job = await job_of(house, answer)
    assert (job.snapshot_id, job.base_path, job.include) == (
        history.ids[0],
        str(history.source),
        [],
    )
    await run_restore(house, job)
    assert files_in(target) == ALL_FILES
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
async def test_exactly_the_chosen_paths_appear(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: History,
    house: House,
    include: list[str],
    kind: str | None,
    found: list[str],
) -> None:
    """T24: `a.txt` is one file and not every file of that name; one file needs no kind."""
    target = house.place / "out"
    chosen = [f"{history.source}/{path}" for path in include]
    body = {"snapshotId": history.ids[0], "include": chosen, "targetPath": str(target)}
    if kind:
        body["selectedItemKind"] = kind
    await run_restore(house, await job_of(house, await post_restore(client, existing, **body)))
    assert files_in(target) == found


async def test_the_original_place_is_written_to_as_it_was(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    answer = await post_restore(client, existing, snapshotId=history.ids[0])
    job = await job_of(house, answer)
    assert (job.target, job.base_path, job.include) == ("/", None, [str(history.source)])
    changed = history.source / "sub" / "b.txt"
    try:
        changed.write_text("spoiled")
        await run_restore(house, job)
        assert changed.read_text() == "beta"
    finally:
        changed.write_text("beta")


async def test_excluding_at_the_original_place_writes_the_folder_to_itself(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    source = str(history.source)
    wishes = {
        "snapshotId": history.ids[0],
        "exclude": ["*.txt"],
        "delete": True,
        "confirmDelete": "/",
    }
    answer = await post_restore(client, existing, **wishes)
    job = await job_of(house, answer)
    assert (job.target, job.base_path, job.include) == (source, source, [])
    assert job.delete
    await house.tasks.request_stop(await Task.get())
    two = [f"{source}/a.txt", f"{source}/link"]
    for more in ({}, {"targetPath": str(house.place / "out")}):
        answer = await post_restore(client, existing, **wishes, include=two, **more)
        assert answer.status_code == 400
        assert answer.json()["error"][0]["path"] == ["exclude"]


async def test_options_reach_the_worker(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    answer = await post_restore(
        client,
        existing,
        snapshotId=history.ids[0],
        targetPath=str(house.place / "out"),
        exclude=["*.tmp"],
        excludeXattr=["user.*"],
        delete=True,
        confirmDelete=str(house.place / "out"),
        overwrite="if-newer",
    )
    job = await job_of(house, answer)
    assert (job.exclude, job.exclude_xattr) == (["*.tmp"], ["user.*"])
    assert (job.delete, job.overwrite) == (True, "if-newer")
    stray = house.place / "out" / "stray"
    stray.parent.mkdir()
    stray.touch()
    await run_restore(house, job)
    assert files_in(stray.parent) == ALL_FILES


async def test_places_of_the_system_and_of_ours_are_refused_by_whatever_path(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    link = house.place / "link"
    link.symlink_to(house.data)
    refused = [
        "/etc", "/usr/local/x", "/var", "/tmp", "/root", "/bin/../etc/x", "//etc",
        house.data, house.data / "data", house.data / "repositories" / "x", house.data.parent,
        house.data / "volumes", link, link / "restic", "/proc/self/cwd",
    ]  # fmt: skip
    for target in refused:
        answer = await post_restore(
            client, existing, snapshotId=history.ids[0], targetPath=str(target)
        )
        assert answer.status_code == 400, target
        assert "Restore target path is not allowed" in answer.json()["message"]
    for relative in ("relative", "../x"):
        answer = await post_restore(
            client, existing, snapshotId=history.ids[0], targetPath=relative
        )
        assert answer.status_code == 400
    volume = house.data / "volumes" / "abcdefgh" / "_data"
    answer = await post_restore(client, existing, snapshotId=history.ids[0], targetPath=str(volume))
    job = await job_of(house, answer)
    assert str(house.data) not in job.protected_folders
    assert str(house.data / "repositories") in job.protected_folders


async def test_a_link_that_turns_up_later_is_noticed_when_the_job_is_made(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    target = house.place / "out"
    answer = await post_restore(client, existing, snapshotId=history.ids[0], targetPath=str(target))
    task = await Task.get(id=answer.json()["restoreId"])
    target.symlink_to(house.data)
    with pytest.raises(Failed, match="not allowed"):
        await house.restores.job(task)


async def test_what_the_snapshot_does_not_hold_is_refused(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    target = str(house.place / "out")
    for include in ("/nowhere", f"{history.source}/nothing", f"{history.source}/a.txt/x"):
        answer = await post_restore(
            client, existing, snapshotId=history.ids[0], include=[include], targetPath=target
        )
        assert answer.status_code == 400, answer.text
        assert include in answer.json()["message"]
    for body in (
        {"snapshotId": history.ids[0], "include": ["a.txt"], "targetPath": target},
        {"snapshotId": history.ids[0], "overwrite": "sometimes"},
        {},
    ):
        assert (await post_restore(client, existing, **body)).status_code == 400
    for unknown in ("deadbeef", "latest"):
        answer = await post_restore(client, existing, snapshotId=unknown, targetPath=target)
        assert answer.status_code == 404
        assert answer.json() == {"message": "Snapshot not found"}
    agent = await post_restore(
        client, existing, snapshotId=history.ids[0], targetPath=target, targetAgentId="far"
    )
    assert agent.json() == {"message": "Restore target agent not found"}
    assert await Task.all().count() == 0


async def test_one_restore_of_a_snapshot_and_one_for_a_place_at_a_time(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    out = house.place / "out"
    answers = await asyncio.gather(
        *(
            post_restore(client, existing, snapshotId=snapshot_id, targetPath=str(out))
            for snapshot_id in (history.ids[0], history.ids[0][:8])
        )
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    same = await post_restore(
        client, existing, snapshotId=history.ids[0][:8], targetPath=str(house.place / "b")
    )
    assert same.status_code == 409
    assert same.json()["message"] == "A restore is already running for this snapshot"
    alias = house.place / "alias"
    alias.symlink_to(out)
    for place in (out, out / "below", house.place, alias):
        answer = await post_restore(
            client, existing, snapshotId=history.ids[1], targetPath=str(place)
        )
        assert answer.status_code == 409, place
    free = await post_restore(
        client, existing, snapshotId=history.ids[1], targetPath=str(house.place / "out2")
    )
    assert free.status_code == 202
    await house.tasks.request_stop(
        await Task.get(operation_key__in=[history.ids[0], history.ids[0][:8]])
    )
    again = await post_restore(client, existing, snapshotId=history.ids[0], targetPath=str(out))
    assert again.status_code == 202


async def test_a_read_only_volume_is_not_restored_to_its_own_place(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    async def is_read_only(organization_id: str, tags: Any) -> bool:
        return organization_id == "o1" and "sched001" in tags

    house.restores.is_read_only = is_read_only
    refused = await post_restore(client, existing, snapshotId=history.ids[0], targetPath="")
    assert refused.status_code == 400
    assert "source volume is read-only" in refused.json()["message"]
    elsewhere = str(house.place / "out")
    allowed = await post_restore(client, existing, snapshotId=history.ids[0], targetPath=elsewhere)
    assert allowed.status_code == 202


async def test_a_snapshot_of_a_relative_path_is_restored_from_where_its_tree_begins(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    relative = house.place / "relative"
    relative.mkdir()
    (relative / "x").write_text("x")
    here = Path.cwd()
    os.chdir(house.place)
    try:
        snapshot_id = history.repository.backup(Path("relative"))
    finally:
        os.chdir(here)
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    in_place = await post_restore(client, existing, snapshotId=snapshot_id)
    assert in_place.status_code == 400
    out = house.place / "out"
    job = await job_of(
        house, await post_restore(client, existing, snapshotId=snapshot_id, targetPath=str(out))
    )
    await run_restore(house, job)
    assert files_in(out) == ["relative/x"]


async def test_several_folders_and_single_files_go_where_people_expect(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    source = history.source
    two = history.repository.backup(source / "sub" / "deep", str(source / "a.txt"))
    one = history.repository.backup(source / "a.txt")
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    out = house.place / "two"
    answer = await post_restore(client, existing, snapshotId=two, targetPath=str(out))
    await run_restore(house, await job_of(house, answer))
    assert files_in(out) == ["a.txt", "sub/deep/a.txt"]
    out = house.place / "one"
    answer = await post_restore(client, existing, snapshotId=one, targetPath=str(out))
    await run_restore(house, await job_of(house, answer))
    assert files_in(out) == ["a.txt"]


async def test_long_lists_with_a_path_outside_the_snapshot_are_refused_without_restic(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    forged = history.repository.forge("2026-02-01T00:00:00Z", "t", "/p")
    foreign = history.repository.forge("2026-02-02T00:00:00Z", "t", "C:\\data")
    await client.post(f"/repositories/{existing['shortId']}/snapshots/refresh")
    before = len(house.runs())
    many = [f"/p/{number}" for number in range(40)]
    target = str(house.place / "out")
    outside = await post_restore(
        client, existing, snapshotId=forged, include=[*many, "/q"], targetPath=target
    )
    assert outside.status_code == 400
    assert (await post_restore(client, existing, snapshotId=foreign)).status_code == 400
    elsewhere = await post_restore(
        client, existing, snapshotId=foreign, targetPath=str(house.place / "foreign")
    )
    assert (await job_of(house, elsewhere)).base_path == "/"
    assert len(house.runs()) == before
