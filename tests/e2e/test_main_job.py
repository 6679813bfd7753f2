"""The main job: back up a folder, list the snapshot, restore the folder."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.conftest import BRISKLY
from tests.e2e.customer import ENDED, Customer, Ear
from tests.e2e.served import ServedPlatform
from tests.support.contract import assert_conforms
from tests.support.waiting import until_sync
from zerobyte.demo.compare import compare


def statuses(events: list[dict[str, Any]]) -> list[str]:
    """Return the statuses of a task in order, each once."""
    found: list[str] = []
    for task in events:
        if not found or found[-1] != task["status"]:
            found.append(task["status"])
    return found


def outcomes(lines: list[dict[str, Any]]) -> list[str]:
    """Return the outcomes of history lines, newest first."""
    return [line["outcome"] for line in lines]


def assert_restore_is_audited(
    customer: Customer, shared_repository: dict[str, Any], snapshot: dict[str, Any]
) -> None:
    """Assert that the newest restore in the audit log is this one."""
    [line] = customer.call("GET", "/api/v1/audit?action=restoreSnapshot&limit=1")["entries"]
    assert (line["result"], line["status"], line["actor"]["name"]) == ("succeeded", 202, "Ada")
    expected = {"shortId": shared_repository["shortId"], "snapshotId": snapshot["short_id"]}
    assert line["details"] == expected


def test_event_streams_report_a_run_from_queued_to_succeeded(
    customer: Customer, shared_repository: dict[str, Any], large: Path
) -> None:
    schedule = customer.of("streamed", large, shared_repository, **BRISKLY)
    path = f"/api/v1/tasks/events?resourceType=backup_schedule&resourceId={schedule}"
    with Ear(customer, path) as ear, Ear(customer, "/api/v1/events") as world:
        assert ear.named("tasks:snapshot") == [[]]
        task = customer.start(schedule)
        with Ear(customer, f"/api/v1/tasks/{task}/events") as own:
            customer.end_of(task)
            # The streams send it independently.
            for stream in (ear, own):
                until_sync(
                    lambda stream=stream: (
                        statuses(stream.named("task:changed"))[-1:] == ["succeeded"]
                    ),
                    limit_s=180,
                    what="the stream tells the end",
                )
        events = ear.named("task:changed")
        assert {event["id"] for event in events} == {task}
        assert statuses(events) == ["queued", "running", "succeeded"]
        for event in events:
            assert_conforms("getTask", 200, event)
        shown = [event["progress"] for event in events if event["progress"]]
        assert len(shown) > 1
        assert shown[-1]["kind"] == "backup"
        assert 0 < shown[-1]["progress"]["percent_done"] <= 1
        assert shown[-1]["progress"]["total_bytes"] >= 60_000_000

        def lines() -> list[tuple[str | None, str]]:
            return [
                (line["previousOutcome"], line["item"]["outcome"])
                for line in world.named("task:history-changed")
                if line["item"]["id"] == task
            ]

        until_sync(lambda: len(lines()) >= 3, limit_s=180, what="the history tells the end")
        assert lines() == [(None, "running"), ("running", "running"), ("running", "success")]


def names_on(customer: Customer, page: str, folder: Path) -> set[str]:
    """Return the entries of a folder in a snapshot, read page by page."""
    names: list[str] = []
    while True:
        part = customer.call("GET", f"{page}?path={folder}&offset={len(names)}&limit=17")
        assert_conforms("listSnapshotFiles", 200, part)
        names += [entry["path"] for entry in part["files"]]
        if not part["hasMore"]:
            break
    assert len(names) == len(set(names)) == part["total"]
    return set(names)


def test_folder_is_backed_up_listed_and_restored_byte_for_byte(
    customer: Customer,
    served: ServedPlatform,
    shared_repository: dict[str, Any],
    source: Path,
    tmp_path: Path,
    figure: Callable[[str], None],
) -> None:
    for number in range(40):
        (source / f"file {number:02}.bin").write_bytes(bytes([number]) * 5000)
    schedule = customer.of("main job", source, shared_repository)
    began = time.monotonic()
    task = customer.start(schedule)
    answered = time.monotonic()
    # Few files are saved within one poll: on a busy machine no progress may be seen.
    until_sync(
        lambda: (
            served.restics("backup", f"--tag={schedule}") or customer.task(task)["status"] in ENDED
        ),
        limit_s=270,
        what="restic runs, or has run",
        every_s=0.005,
    )
    figure(
        f"run: answered after {(answered - began) * 1000:.0f} ms, "
        f"restic after {(time.monotonic() - began) * 1000:.0f} ms"
    )
    ended = customer.end_of(task)
    figure(f"run: ended after {time.monotonic() - began:.1f} s (a folder of 43 small files)")
    assert ended["status"] == "succeeded", ended["error"]
    assert ended["result"]["exitCode"] == 0
    assert ended["result"]["warningDetails"] is None

    [snapshot] = customer.snapshots(shared_repository, schedule)
    assert snapshot["tags"] == [schedule]
    assert snapshot["paths"] == [str(source)]
    assert snapshot["summary"]["total_files_processed"] == 43
    assert snapshot["size"] == ended["result"]["result"]["total_bytes_processed"]
    assert ended["result"]["result"]["snapshot_id"].startswith(snapshot["short_id"])
    view = customer.call("GET", f"/api/v1/backups/{schedule}")
    assert (view["lastBackupStatus"], view["lastBackupError"]) == ("success", None)
    [line] = customer.history(schedule)
    assert line["outcome"] == "success"

    snapshots = f"/api/v1/repositories/{shared_repository['shortId']}/snapshots"
    page = f"{snapshots}/{snapshot['short_id']}/files"
    assert names_on(customer, page, source) == {str(entry) for entry in source.iterdir()}

    target = tmp_path / "beside"
    done = customer.restored(shared_repository, snapshot["short_id"], targetPath=str(target))
    assert done["files_restored"] >= 43
    found = compare(source, target)
    assert found.is_same, found.differences
    assert_restore_is_audited(customer, shared_repository, snapshot)


def test_keep_last_removes_the_older_snapshot_of_this_schedule_alone(
    customer: Customer, shared_repository: dict[str, Any], source: Path
) -> None:
    volume = customer.volume("kept", source)
    other = customer.schedule("untouched", volume=volume, repository=shared_repository)
    schedule = customer.schedule(
        "keeps one", volume=volume, repository=shared_repository, retentionPolicy={"keepLast": 1}
    )
    customer.run(other)
    first = customer.run(schedule)
    (source / "b.txt").write_text("another")
    second = customer.run(schedule)
    until_sync(
        lambda: (
            [line["outcome"] for line in customer.history(schedule, "forget")] == ["success"] * 2
        ),
        limit_s=90,
        what="retention has run twice",
    )
    [kept] = customer.snapshots(shared_repository, schedule)
    assert second["result"]["result"]["snapshot_id"].startswith(kept["short_id"])
    assert len(customer.snapshots(shared_repository, other)) == 1
    record = customer.task(second["id"])["result"]["retention"]
    assert record["status"] == "applied"
    assert record["plan"]["remove"] == [first["result"]["result"]["snapshot_id"]]
