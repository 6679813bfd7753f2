"""A schedule and a queued task say when no worker of their host is connected."""

import asyncio

from tests.integration.backups.conftest import WORKER, ApiHarness
from zerobyte.features.tasks.models import Task, WorkerRow

WAITS = "No worker of host local is connected; the run waits"


async def test_run_of_a_host_without_worker_has_a_waiting_message(harness: ApiHarness) -> None:
    made = await harness.schedule(enabled=True)
    hosts = harness.services.deployment_sync.hosts_without_worker
    assert "for hosts with enabled schedules: local" in (await hosts() or "")
    await harness.services.deployment_sync.apply()
    run = await harness.client.post(f"/api/v1/backups/{made['shortId']}/run")
    assert run.json()["message"] == WAITS
    assert (await harness.client.get("/api/v1/backups")).json()[0]["hostMessage"] == WAITS
    task_id = run.json()["taskId"]
    dispatching = asyncio.create_task(harness.services.dispatcher.run())
    try:
        async with asyncio.timeout(60):
            while (await Task.get(id=task_id)).message is None:
                await asyncio.sleep(0.05)
    finally:
        dispatching.cancel()
        await asyncio.gather(dispatching, return_exceptions=True)
    waiting = await Task.get(id=task_id)
    assert waiting.message == WAITS
    token = {"authorization": f"Bearer {harness.worker_token}"}
    answer = await harness.client.post("/api/control/hello", json=WORKER, headers=token)
    assert answer.status_code == 200, answer.text
    assert await hosts() is None
    path = f"/api/v1/backups/{made['shortId']}"
    assert (await harness.client.get(path)).json()["hostMessage"] is None
    await harness.claim(task_id=task_id)
    assert (await Task.get(id=task_id)).message is None


async def test_waiting_message_of_a_queued_task_follows_its_worker(harness: ApiHarness) -> None:
    await harness.ask("hello", WORKER)
    made = await harness.schedule(enabled=True)
    run = await harness.client.post(f"/api/v1/backups/{made['shortId']}/run")
    assert "message" not in run.json()
    task_id = run.json()["taskId"]
    watch = harness.services.reaper
    await watch.update_waiting_messages()
    assert (await Task.get(id=task_id)).message is None
    await WorkerRow.filter(host="local").update(seen_at=1)
    await watch.update_waiting_messages()
    assert (await Task.get(id=task_id)).message == WAITS
    assert (await harness.client.get(f"/api/v1/tasks/{task_id}")).json()["message"] == WAITS
    history = (await harness.client.get("/api/v1/tasks/history")).json()
    assert history["items"][0]["message"] == WAITS
    await harness.ask("hello", WORKER)
    await watch.update_waiting_messages()
    assert (await Task.get(id=task_id)).message is None
