"""Stored rows that input rules would reject can still be listed, read and edited."""

import json
from typing import Any

import httpx
import pytest
from tortoise import connections

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import run_now, snapshot_of, success_report
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import snapshot_index

OLD_FORMS: list[Any] = [{}, [], 7, "text", None, {"kind": "other", "backend": 3, "type": []}]
NOT_JSON = '{"kind": "back'


@pytest.fixture(params=[*map(json.dumps, OLD_FORMS), NOT_JSON])
def garbage(request: pytest.FixtureRequest, database_kind: str) -> str:
    """Damaged values of a JSON column; PostgreSQL rejects invalid JSON itself."""
    if request.param == NOT_JSON and database_kind == "postgres":
        return '"not json"'
    return request.param


async def store(table: str, **values: str) -> None:
    """Write columns of every row of a table without the models."""
    for name, value in values.items():
        text = value.replace("'", "''")
        await connections.get("default").execute_script(f"UPDATE {table} SET {name} = '{text}'")


async def read(client: httpx.AsyncClient, *paths: str) -> list[Any]:
    """Return the responses of paths that must all succeed."""
    answers = [await client.get(f"/api/v1{path}") for path in paths]
    for path, answer in zip(paths, answers, strict=True):
        assert answer.status_code == 200, (path, answer.text)
    return [answer.json() for answer in answers]


async def change(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.patch(f"/api/v1{path}", json=body)
    assert answer.status_code == 200, (body, answer.text)
    return answer.json()


async def test_damaged_schedule_can_be_listed_read_and_updated(
    harness: ApiHarness, garbage: str
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 3})
    other = await harness.schedule()
    path = f"/backups/{schedule['shortId']}"
    columns = [
        "retention_policy", "exclude_patterns", "exclude_if_present", "include_paths",
        "include_patterns", "custom_restic_params", "backup_webhooks",
    ]  # fmt: skip
    nullable = {"retention_policy", "backup_webhooks"}
    for column in columns:
        if garbage != "null" or column in nullable:
            await store("backup_schedules", **{column: garbage})
    await store("backup_schedules", timezone="Mars/Olympus", last_status="odd")
    listed, _, _ = await read(
        harness.client, "/backups", path, f"/backups/volume/{schedule['volumeId']}"
    )
    assert [one["shortId"] for one in listed] == [schedule["shortId"], other["shortId"]]
    await change(harness.client, path, {"name": "renamed"})
    await change(harness.client, path, {"enabled": False})
    await change(harness.client, path, {"cronExpression": "0 4 * * *", "enabled": False})
    mended = await change(
        harness.client,
        path,
        {
            "timezone": "UTC", "retentionPolicy": {"keepLast": 3}, "excludePatterns": [],
            "excludeIfPresent": [], "includePaths": [], "includePatterns": [],
            "customResticParams": [], "backupWebhooks": None, "enabled": True,
        },
    )  # fmt: skip
    assert mended["nextBackupAt"] is not None
    assert (await harness.client.delete(f"/api/v1{path}")).status_code == 200


async def test_schedule_with_damaged_zone_needs_a_valid_zone_to_be_enabled(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    path = f"/api/v1/backups/{schedule['shortId']}"
    await store("backup_schedules", timezone="Mars/Olympus", cron_expression="every day")
    assert (await harness.client.patch(path, json={"name": "renamed"})).status_code == 200
    for body in ({"enabled": True}, {"cronExpression": "0 4 * * *"}, {"timezone": "UTC"}):
        answer = await harness.client.patch(path, json=body)
        assert answer.status_code in (200, 400), answer.text
    answer = await harness.client.patch(
        path, json={"enabled": True, "cronExpression": "0 4 * * *", "timezone": "UTC"}
    )
    assert answer.json()["nextBackupAt"] is not None


async def test_damaged_volume_or_repository_does_not_break_lists(
    harness: ApiHarness, garbage: str
) -> None:
    schedule = await harness.schedule()
    repository = (await harness.client.get("/api/v1/repositories")).json()[0]
    volume = (await harness.client.get("/api/v1/volumes")).json()[0]
    if garbage == "null":
        garbage = "{}"
    await store("volumes", config=garbage)
    await store("repositories", config=garbage, stats=garbage, accepted_snapshots=garbage)
    place = f"/repositories/{repository['shortId']}"
    await read(
        harness.client, "/volumes", f"/volumes/{volume['shortId']}", "/repositories", place,
        f"{place}/stats", f"{place}/snapshots", "/backups", f"/backups/{schedule['shortId']}",
    )  # fmt: skip
    await change(harness.client, place, {"name": "renamed"})
    answer = await harness.client.put(
        f"/api/v1/volumes/{volume['shortId']}", json={"name": "renamed"}
    )
    assert answer.status_code == 200, answer.text


async def test_damaged_task_can_be_listed_read_and_finished(
    harness: ApiHarness, garbage: str
) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    if garbage == "null":
        garbage = "[]"
    await store("tasks", input=garbage, target=garbage, result=garbage, progress=garbage)
    active, shown, history = await read(
        harness.client, "/tasks", f"/tasks/{task_id}", "/tasks/history"
    )
    assert [one["id"] for one in active] == [shown["id"]] == [task_id]
    assert history["items"][0]["target"]["kind"] == "unavailable"
    assert (await harness.client.get("/api/v1/backups")).status_code == 200
    answer = await harness.client.post(f"/api/v1/tasks/{task_id}/cancel")
    assert answer.status_code == 202, answer.text
    [shown] = await read(harness.client, f"/tasks/{task_id}")
    assert shown["status"] == "cancelled"


async def test_damaged_snapshot_is_listed_with_the_others(
    harness: ApiHarness, garbage: str
) -> None:
    schedule = await harness.schedule()
    for _ in range(2):
        task_id = await run_now(harness, schedule)
        await harness.claim(task_id=task_id)
        await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    repository = await Repository.get(id=schedule["repositoryId"])
    place = f"/repositories/{repository.short_id}/snapshots"
    [before] = await read(harness.client, place)
    if garbage == "null":
        garbage = "{}"
    await store("snapshots", record=garbage, selection=garbage)
    listed, one = await read(harness.client, place, f"{place}/{before[0]['short_id']}")
    assert {one["short_id"] for one in listed} == {one["short_id"] for one in before}
    assert one["short_id"] == before[0]["short_id"]
    assert [one["time"] for one in listed] == [one["time"] for one in before]


async def test_damaged_destination_does_not_break_assignments(
    harness: ApiHarness, garbage: str
) -> None:
    config = {"type": "slack", "webhookUrl": "https://hooks.slack.com/services/A/B/C"}
    body = {"name": "d", "config": config}
    answer = await harness.client.post("/api/v1/notifications/destinations", json=body)
    schedule = await harness.schedule()
    path = f"/backups/{schedule['shortId']}/notifications"
    names = ["notifyOnStart", "notifyOnSuccess", "notifyOnWarning", "notifyOnFailure"]
    wanted = {"destinationId": answer.json()["id"], **dict.fromkeys(names, True)}
    await harness.client.put(f"/api/v1{path}", json={"assignments": [wanted]})
    if garbage == "null":
        garbage = "{}"
    await store("notification_destinations", config=garbage, type="odd")
    [assigned, _] = await read(harness.client, path, "/notifications/destinations")
    assert assigned[0]["destinationId"] == answer.json()["id"]
    answer = await harness.client.put(f"/api/v1{path}", json={"assignments": [wanted]})
    assert answer.status_code == 200, answer.text


async def test_run_with_damaged_selection_is_rejected(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule()
    await store("backup_schedules", exclude_patterns="7")
    task_id = await run_now(harness, schedule)
    refused = await harness.claim(task_id=task_id)
    assert refused["answer"] == "refused"
    [task] = await read(harness.client, f"/tasks/{task_id}")
    assert (task["status"], "excludePatterns" in task["error"]) == ("failed", True)


async def test_damaged_policy_removes_no_snapshots_and_is_reported(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    await store("backup_schedules", retention_policy='"text"')
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    finished = await harness.ask("finish", success_report(task_id, snapshot_of(schedule)))
    assert finished["followUps"] == []
    [task] = await read(harness.client, f"/tasks/{task_id}")
    assert "policy of this schedule is damaged" in task["result"]["retention"]["reason"]
    answer = await harness.client.post(f"/api/v1/backups/{schedule['shortId']}/forget")
    assert (answer.status_code, "damaged" in answer.json()["message"]) == (400, True)


async def test_damaged_selection_of_a_snapshot_is_null(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    task_id = await run_now(harness, schedule)
    await harness.claim(task_id=task_id)
    snapshot = snapshot_of(schedule)
    await harness.ask("finish", success_report(task_id, snapshot))
    repository_id = (await Repository.get(id=schedule["repositoryId"])).id
    assert await snapshot_index.selection(repository_id, snapshot["id"]) is not None
    await store("snapshots", selection="[]")
    assert await snapshot_index.selection(repository_id, snapshot["id"]) is None
