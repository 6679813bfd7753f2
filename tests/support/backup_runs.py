"""Steps of backup, retention and restore tasks, for tests that play the worker by hand."""

from typing import Any

from tests.integration.backups.conftest import ApiHarness
from zerobyte.core import clock, cron, ids, process
from zerobyte.features.backups.models import Schedule
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service.restores import RestoreOptions, StoredRestoreInput
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.schemas import RepositoryTarget
from zerobyte.features.tasks.service import NewTask

SUMMARY = {
    "message_type": "summary", "files_new": 1, "files_changed": 0, "files_unmodified": 0,
    "dirs_new": 1, "dirs_changed": 0, "dirs_unmodified": 0, "data_blobs": 1, "tree_blobs": 1,
    "data_added": 10, "data_added_packed": 10, "total_files_processed": 1,
    "total_bytes_processed": 5, "total_duration": 0.5,
}  # fmt: skip


def snapshot_of(schedule: dict[str, Any], *, files: int = 1) -> dict[str, Any]:
    full = ids.hex_secret(32)
    return {
        "id": full,
        "short_id": full[:8],
        "time": "2026-11-23T06:53:10.525771437Z",
        "hostname": "zerobyte",
        "paths": ["/srv"],
        "tags": [schedule["shortId"]],
        "summary": {
            **{k: v for k, v in SUMMARY.items() if k not in ("message_type", "total_duration")},
            "total_files_processed": files,
            "backup_start": "2026-11-23T06:53:10.525771437Z",
            "backup_end": "2026-11-23T06:53:11.387577672Z",
        },
    }


def success_report(task_id: str, snapshot: dict[str, Any], **more: Any) -> dict[str, Any]:
    result = {"kind": "backup", "exitCode": 0, "result": {**SUMMARY, "snapshot_id": snapshot["id"]}}
    return {
        "taskId": task_id,
        "status": "succeeded",
        "outcome": "success",
        "result": result,
        "snapshot": snapshot,
        **more,
    }


async def run_now(harness: ApiHarness, schedule: dict[str, Any]) -> str:
    answer = await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/run")
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "started"
    return answer.json()["taskId"]


async def task_of(harness: ApiHarness, task_id: str) -> dict[str, Any]:
    return (await harness.client.get(f"/api/v1/tasks/{task_id}")).json()


async def schedule_of(harness: ApiHarness, made: dict[str, Any]) -> dict[str, Any]:
    return (await harness.client.get(f"/api/v1/backups/{made['shortId']}")).json()


DAY_MS = 86_400_000


RESTIC_FAILURE = {"status": "failed", "outcome": "error", "error": "restic says no"}


async def overdue_schedule(
    harness: ApiHarness, *, days: float = 3.9, **more: Any
) -> dict[str, Any]:
    """Create a daily schedule whose due times were missed for some days."""
    now = clock.now_ms()
    at = clock.from_ms(now - DAY_MS // 2)
    schedule = await harness.schedule(cronExpression=f"{at.minute} {at.hour} * * *", **more)
    first = cron.next_after(
        schedule["cronExpression"], timezone="UTC", after_ms=now - round(days * DAY_MS)
    )
    await Schedule.filter(short_id=schedule["shortId"]).update(next_backup_at=first)
    return schedule


async def tasks_of(made: dict[str, Any]) -> list[Task]:
    return await Task.filter(resource_id=made["shortId"]).order_by("id")


def worker_identity(pid: int) -> dict[str, Any]:
    seen = process.identity(pid)
    assert seen is not None
    return {
        "host": "local",
        "bootId": process.pid_namespace_id(),
        "pid": pid,
        "pidStarted": seen.started,
    }


FAILURE = {"status": "failed", "outcome": "error", "error": "the disk is full"}


async def finish_backup(
    harness: ApiHarness, made: dict[str, Any]
) -> tuple[str, str, dict[str, Any]]:
    """One good run; its task, the retention task that follows, and its snapshot."""
    task_id = await run_now(harness, made)
    await harness.claim(task_id=task_id)
    snapshot = snapshot_of(made)
    [forget] = (await harness.ask("finish", success_report(task_id, snapshot)))["followUps"]
    return task_id, forget, snapshot


async def queue_retention(harness: ApiHarness, made: dict[str, Any]) -> str:
    """The id of the retention task that a good run has led to."""
    task_id = await run_now(harness, made)
    await harness.claim(task_id=task_id)
    [forget] = (await harness.ask("finish", success_report(task_id, snapshot_of(made))))[
        "followUps"
    ]
    return forget


async def create_restore_task(harness: ApiHarness, made: dict[str, Any]) -> Task:
    """A restore of what a schedule saved, opened as if its snapshot had been looked at."""
    repository = await Repository.get(id=made["repositoryId"])
    options = RestoreOptions(
        snapshot_id="a" * 64, target="/srv/out", base_path="/srv", include=[], exclude=[],
        exclude_xattr=[], delete=False, overwrite="always", writes=["/srv/out"],
    )  # fmt: skip
    new = NewTask(
        organization_id="o1",
        kind="restore",
        resource_type="repository",
        resource_id=repository.short_id,
        host="local",
        repository_id=repository.id,
        input=StoredRestoreInput(
            repository_id=repository.short_id,
            snapshot_id="a" * 64,
            target="/srv/out",
            options=options,
        ),
        target=RepositoryTarget(
            label="x", secondary=None, repository_short_id=repository.short_id, snapshot_id=None
        ),
    )
    return await harness.services.tasks.create(new)
