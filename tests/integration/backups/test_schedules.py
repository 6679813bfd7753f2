"""Schedules over HTTP: validation, updates, and their deployments in Prefect."""

import asyncio
from pathlib import Path
from typing import Any

from tests.integration.backups.conftest import ApiHarness
from zerobyte.core import ids
from zerobyte.features.backups.models import Schedule
from zerobyte.orchestration.scheduler import PoolFault


async def test_schedule_is_created_with_the_documented_defaults(harness: ApiHarness) -> None:
    schedule = await harness.schedule(name="nightly")
    assert schedule["maxRetries"] == 2
    assert schedule["retryDelay"] == 15
    assert schedule["retentionPolicy"] is None
    assert schedule["excludePatterns"] == []
    assert schedule["lastBackupStatus"] is None
    assert schedule["nextBackupAt"] > schedule["createdAt"]
    got = (await harness.client.get(f"/api/v1/backups/{schedule['shortId']}")).json()
    assert got["volume"]["config"]["backend"] == "directory"
    assert got["repository"]["status"] == "healthy"
    assert (await harness.client.get(f"/api/v1/backups/{schedule['id']}")).json() == got


BAD: list[tuple[dict[str, Any], int, str]] = [
    ({"cronExpression": "every day"}, 400, "Invalid cron expression"),
    ({"cronExpression": ""}, 400, "require a cron expression"),
    ({"name": "   "}, 400, ""),
    ({"volumeId": 999999}, 404, "Volume not found"),
    ({"volumeId": "999999"}, 404, "Volume not found"),
    ({"repositoryId": "nope"}, 404, "Repository not found"),
    ({"timezone": "Mars/Olympus"}, 400, "time zone"),
    ({"retentionPolicy": {"keepLast": 0}}, 400, "keep nothing"),
    ({"retentionPolicy": {"keepLast": -3}}, 400, ""),
    ({"retentionPolicy": {"keepLast": 1.5}}, 400, ""),
    ({"retentionPolicy": {"keepLast": True}}, 400, ""),
    ({"retentionPolicy": {"keepDaily": "7"}}, 400, ""),
    ({"retentionPolicy": {"keepWithinDuration": "soon"}}, 400, "duration"),
    ({"retentionPolicy": {"keepWithinDuration": "9999999h"}}, 400, "duration"),
    ({"customResticParams": ["--password-command", "x"]}, 400, "not permitted"),
    ({"customResticParams": ["--evil"]}, 400, "Unknown or unsupported"),
    ({"includePaths": ["../../etc"]}, 400, "escapes volume root"),
    ({"excludePatterns": ["a\nb"]}, 400, ""),
    ({"maxRetries": 33}, 400, ""),
    ({"backupWebhooks": {"pre": {"url": "http://h/a\nb"}, "post": None}}, 400, "url must not"),
    ({"backupWebhooks": {"pre": None, "post": {"url": "http://h/\x1f"}}}, 400, "url must not"),
    ({"retryDelay": 0}, 400, ""),
    ({"enabled": "yes"}, 400, ""),
]


async def test_invalid_input_is_rejected_and_creates_nothing(harness: ApiHarness) -> None:
    volume, repository = await harness.volume(), await harness.repository()
    good = {
        "name": "s",
        "volumeId": volume["id"],
        "repositoryId": repository["id"],
        "enabled": True,
        "cronExpression": "0 3 * * *",
    }
    for change, status, words in BAD:
        answer = await harness.client.post("/api/v1/backups", json={**good, **change})
        assert answer.status_code == status, (change, answer.text)
        assert words in answer.json()["message"], change
    assert (await harness.client.get("/api/v1/backups")).json() == []


async def test_unknown_retention_rule_is_rejected_on_input_but_read_from_rows(
    harness: ApiHarness,
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    url = f"/api/v1/backups/{schedule['shortId']}"
    volume, repository = await harness.volume("other"), await harness.repository("other")
    new = {
        "name": "new",
        "volumeId": volume["id"],
        "repositoryId": repository["shortId"],
        "enabled": False,
        "cronExpression": "",
    }
    policy = {"retentionPolicy": {"keepLast": 1, "keepDialy": 30}}
    for answer in (
        await harness.client.patch(url, json=policy),
        await harness.client.post("/api/v1/backups", json={**new, **policy}),
    ):
        assert answer.status_code == 400
        assert "Unknown key 'keepDialy'" in answer.json()["message"]
        assert "keepDaily" in answer.json()["message"]
    assert (await harness.client.get(url)).json()["retentionPolicy"] == {"keepLast": 1}
    await Schedule.filter(short_id=schedule["shortId"]).update(retention_policy={"keepOld": 2})
    assert (await harness.client.get(url)).status_code == 200
    wrong = await harness.client.patch(url, json={"retentionPolicy": {"keepLast": "1"}})
    assert wrong.status_code == 400, "a known key is still validated"
    # Unknown keys outside the policy are still ignored.
    assert (await harness.client.patch(url, json={"tags": ["a"], "other": 1})).status_code == 200


async def test_concurrent_creates_of_one_name_create_one_schedule(harness: ApiHarness) -> None:
    volume, repository = await harness.volume(), await harness.repository()
    body = {
        "name": "same",
        "volumeId": volume["shortId"],
        "repositoryId": repository["id"],
        "enabled": False,
        "cronExpression": "",
    }
    answers = await asyncio.gather(
        *(harness.client.post("/api/v1/backups", json=body) for _ in range(8))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [201, *[409] * 7]


async def test_patch_updates_only_sent_fields(harness: ApiHarness) -> None:
    schedule = await harness.schedule(
        maxRetries=5, retryDelay=60, retentionPolicy={"keepLast": 3}, excludePatterns=["*.tmp"]
    )
    url = f"/api/v1/backups/{schedule['shortId']}"
    changed = (await harness.client.patch(url, json={"name": "renamed"})).json()
    assert changed["name"] == "renamed"
    assert (changed["maxRetries"], changed["retryDelay"]) == (5, 60)
    assert changed["retentionPolicy"] == {"keepLast": 3}
    assert changed["excludePatterns"] == ["*.tmp"]
    assert changed["cronExpression"] == schedule["cronExpression"]
    cleared = (await harness.client.patch(url, json={"retentionPolicy": {}})).json()
    assert cleared["retentionPolicy"] is None
    paused = (await harness.client.patch(url, json={"enabled": False})).json()
    assert paused["nextBackupAt"] is None


async def test_masked_webhook_headers_keep_their_stored_values(harness: ApiHarness) -> None:
    hook = {"url": "https://hooks.test/a", "headers": ["X-Token: secret-value"]}
    schedule = await harness.schedule(backupWebhooks={"pre": hook, "post": None})
    assert "secret-value" not in str(schedule)
    assert schedule["backupWebhooks"]["pre"]["headers"] == ["X-Token: ***"]
    url = f"/api/v1/backups/{schedule['shortId']}"
    same = await harness.client.patch(url, json={"backupWebhooks": schedule["backupWebhooks"]})
    assert same.status_code == 200, same.text
    # Only the worker gets it in plain text, in its job.
    run = await harness.client.post(f"{url}/run")
    job = (await harness.claim(task_id=run.json()["taskId"]))["job"]
    assert job["webhooks"] == {"pre": hook, "post": None}
    assert job["organizationId"] == "o1"
    moved = {
        "pre": {**hook, "url": "https://evil.test/", "headers": ["X-Token: ***"]},
        "post": None,
    }
    refused = await harness.client.patch(url, json={"backupWebhooks": moved})
    assert refused.status_code == 400


async def test_cron_expression_is_returned_as_sent(harness: ApiHarness) -> None:
    sent = {"@daily": "0 0 * * *", " 0  3 ? * mon-fri ": "0 3 * * MON-FRI", "5 4 * * *": None}
    for expression, read in sent.items():
        schedule = await harness.schedule(cronExpression=expression)
        url = f"/api/v1/backups/{schedule['shortId']}"
        same = await harness.client.patch(url, json={"cronExpression": expression})
        assert same.status_code == 200, same.text
        shown = (await harness.client.get(url)).json()
        assert [one["cronExpression"] for one in (schedule, same.json(), shown)] == [expression] * 3
        assert schedule["nextBackupAt"] is not None
        await harness.services.deployment_sync.apply()
        assert harness.scheduler.plans[schedule["shortId"]].cron == (read or expression)
    by_hand = await harness.schedule(cronExpression="   ", enabled=False)
    assert by_hand["cronExpression"] == ""


async def test_fractional_retry_delay_is_stored_and_returned_rounded(harness: ApiHarness) -> None:
    schedule = await harness.schedule(retryDelay=1.5, maxRetries=1.5)
    assert (schedule["retryDelay"], schedule["maxRetries"]) == (2, 2)
    row = await Schedule.get(short_id=schedule["shortId"])
    assert (row.retry_delay_ms, row.max_retries) == (90_000, 2)
    shown = (await harness.client.get("/api/v1/backups")).json()[0]
    assert (shown["retryDelay"], shown["maxRetries"]) == (2, 2)


async def test_every_change_updates_the_deployment(harness: ApiHarness) -> None:
    reconciler = harness.services.deployment_sync
    schedule = await harness.schedule(cronExpression="*/5 * * * *", timezone="Europe/Zurich")
    await reconciler.apply()
    plan = harness.scheduler.plans[schedule["shortId"]]
    assert (plan.cron, plan.timezone, plan.paused) == ("*/5 * * * *", "Europe/Zurich", False)
    url = f"/api/v1/backups/{schedule['shortId']}"
    await harness.client.patch(url, json={"enabled": False})
    await reconciler.apply()
    assert harness.scheduler.plans[schedule["shortId"]].paused
    await harness.client.delete(url)
    await reconciler.apply()
    assert schedule["shortId"] not in harness.scheduler.plans
    assert await reconciler.drift() == []


async def test_manually_deleted_deployment_is_recreated(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    await harness.services.deployment_sync.apply()
    await harness.scheduler.remove(schedule["shortId"])
    assert [d.what for d in await harness.services.deployment_sync.drift()] == ["missing"]
    await harness.services.deployment_sync.apply()
    assert schedule["shortId"] in harness.scheduler.plans


async def test_edits_during_a_prefect_outage_are_sent_later(harness: ApiHarness) -> None:
    harness.scheduler.is_down = True
    schedule = await harness.schedule()
    loop = asyncio.create_task(harness.services.deployment_sync.run())
    try:
        harness.scheduler.is_down = False
        async with asyncio.timeout(60):
            while schedule["shortId"] not in harness.scheduler.plans:
                await asyncio.sleep(0.05)
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def test_reorder_puts_listed_schedules_first_and_rejects_unknown_ids(
    harness: ApiHarness,
) -> None:
    volume, repository = await harness.volume(), await harness.repository()
    made = [
        await harness.schedule(name=name, volume=volume, repository=repository) for name in "abc"
    ]
    wanted = [made[2]["shortId"], made[0]["shortId"]]
    url = "/api/v1/backups/reorder"
    answer = await harness.client.post(url, json={"scheduleShortIds": wanted})
    assert answer.json() == {"success": True}
    listed = (await harness.client.get("/api/v1/backups")).json()
    assert [entry["name"] for entry in listed] == ["c", "a", "b"]
    twice = await harness.client.post(url, json={"scheduleShortIds": wanted[:1] * 2})
    assert twice.status_code == 400
    strange = await harness.client.post(url, json={"scheduleShortIds": ["nope"]})
    assert strange.status_code == 404


async def test_assignments_are_replaced_all_or_nothing(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    url = f"/api/v1/backups/{schedule['shortId']}/notifications"
    config = {"type": "slack", "webhookUrl": "https://hooks.slack.com/services/A/B/C"}
    destination = await harness.client.post(
        "/api/v1/notifications/destinations", json={"name": "d", "config": config}
    )
    assert destination.status_code == 201, destination.text
    entry = {
        "destinationId": destination.json()["id"],
        "notifyOnStart": False,
        "notifyOnSuccess": True,
        "notifyOnWarning": True,
        "notifyOnFailure": True,
    }
    put = await harness.client.put(url, json={"assignments": [entry]})
    assert put.status_code == 200, put.text
    assert put.json()[0]["destination"]["name"] == "d"
    assert put.json()[0]["scheduleId"] == schedule["id"]
    for bad, status in ([entry, entry], 400), ([{**entry, "destinationId": 99}], 404):
        refused = await harness.client.put(url, json={"assignments": bad})
        assert refused.status_code == status
        assert len((await harness.client.get(url)).json()) == 1


async def test_schedule_is_invisible_to_another_organization(harness: ApiHarness) -> None:
    schedule = await harness.schedule()
    strangers = {"x-test-organization": "o2"}
    url = f"/api/v1/backups/{schedule['shortId']}"
    assert (await harness.client.get("/api/v1/backups", headers=strangers)).json() == []
    for method, path in (
        ("GET", url), ("PATCH", url), ("DELETE", url), ("POST", url + "/run"),
        ("POST", url + "/forget"), ("GET", url + "/notifications"), ("PUT", url + "/notifications"),
    ):  # fmt: skip
        body = {"assignments": []} if method == "PUT" else {}
        answer = await harness.client.request(method, path, json=body, headers=strangers)
        assert answer.status_code == 404, (method, path, answer.text)
    foreign = await harness.client.get(
        f"/api/v1/backups/volume/{schedule['volumeId']}", headers=strangers
    )
    assert foreign.json() is None


async def test_volume_and_repository_of_a_schedule_cannot_be_deleted(harness: ApiHarness) -> None:
    volume, repository = await harness.volume(), await harness.repository()
    await harness.schedule(name="uses both", volume=volume, repository=repository)
    for url in (
        f"/api/v1/volumes/{volume['shortId']}",
        f"/api/v1/repositories/{repository['shortId']}",
    ):
        refused = await harness.client.delete(url)
        assert refused.status_code == 409
        assert "uses both" in refused.json()["message"]


async def test_unknown_schedule_is_404(harness: ApiHarness) -> None:
    for path in ids.short_id(), "1", "99999999999999999999":
        assert (await harness.client.get(f"/api/v1/backups/{path}")).status_code == 404


async def test_unrepairable_pool_is_reported_by_readiness_and_drift(
    harness: ApiHarness,
) -> None:
    reconciler = harness.services.deployment_sync
    await reconciler.apply()
    assert await reconciler.problem() is None
    harness.scheduler.unrepairable.append(PoolFault("pool zerobyte", "of type process, not backup"))
    assert [(d.short_id, d.what) for d in await reconciler.drift()] == [
        ("pool zerobyte", "of type process, not backup")
    ]
    await reconciler.apply()
    assert "pool zerobyte is of type process" in (await reconciler.problem() or "")
    harness.scheduler.unrepairable.clear()
    await reconciler.apply()
    assert await reconciler.problem() is None


async def test_includes_through_a_link_out_of_the_volume_are_rejected(
    harness: ApiHarness, tmp_path: Path
) -> None:
    outside, source = tmp_path / "outside", tmp_path / "linked"
    (outside / "deep").mkdir(parents=True)
    source.mkdir()
    (outside / "shadow").write_text("x")
    (source / "evil").symlink_to(outside)
    volume, repository = await harness.volume("linked", source), await harness.repository("linked")
    body = {
        "name": "linked", "volumeId": volume["id"], "repositoryId": repository["shortId"],
        "enabled": False, "cronExpression": "", "retentionPolicy": {"keepLast": 1},
    }  # fmt: skip
    response = await harness.client.post("/api/v1/backups", json=body)
    assert response.status_code == 201, response.text
    for refused in (
        {"includePatterns": ["evil/*"]},
        {"includePatterns": ["*/shadow"]},
        {"includePaths": ["evil/shadow"]},
    ):
        answers = [
            await harness.client.post("/api/v1/backups", json={**body, "name": "other", **refused}),
            await harness.client.patch(
                f"/api/v1/backups/{response.json()['shortId']}", json={**body, **refused}
            ),
        ]
        for answer in answers:
            assert answer.status_code == 400, answer.text
            assert "escapes volume root" in answer.text
    allowed = {**body, "name": "other", "includePatterns": ["evil", "*.jpg"]}
    answer = await harness.client.post("/api/v1/backups", json=allowed)
    assert answer.status_code == 201, answer.text
