"""Restores with a hanging target, and interrupted restores."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.hung_folder import hung_mount
from tests.support.repositories import (
    ALL_FILES,
    RepositoriesHarness,
    SnapshotHistory,
    list_files,
    request_restore,
)
from zerobyte.contract.job_reports import JobReport
from zerobyte.core import blocking
from zerobyte.core.errors import Unavailable
from zerobyte.features.tasks.models import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_t8_hanging_targets_are_refused_and_block_no_threads(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    share = harness.work_dir / "share"
    share.mkdir()
    body = {"snapshotId": history.ids[0], "targetPath": str(share)}
    queued = await Task.get(
        id=(await request_restore(client, existing, **body)).json()["restoreId"]
    )
    monkeypatch.setattr(blocking, "PATH_LIMIT_S", 0.3)
    with hung_mount(share):
        # More requests than the API's shared thread pool has threads.
        below = [{**body, "targetPath": f"{share}/{number}"} for number in range(9)]
        answers = await asyncio.gather(*(request_restore(client, existing, **one) for one in below))
        assert {answer.status_code for answer in answers} == {503}
        assert "does not answer" in answers[0].json()["message"]
        with pytest.raises(Unavailable, match="does not answer"):
            await harness.restores.job(queued)
        async with asyncio.timeout(30):
            assert await asyncio.to_thread(list_files, history.source) == ALL_FILES
        config = {"backend": "local", "path": f"{share}/new"}
        created = await client.post("/repositories", json={"name": "new", "config": config})
        assert (created.status_code, "does not answer" in created.json()["message"]) == (503, True)


@pytest.mark.parametrize(
    ("status", "outcome", "has_begun", "notified"),
    [
        ("failed", "stale", True, True),
        ("cancelled", "cancelled", True, True),
        ("cancelled", "cancelled", False, False),
        ("failed", "error", True, False),
    ],
)
async def test_error_of_an_interrupted_restore_names_incomplete_files_and_the_next_step(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
    status: Any,
    outcome: Any,
    has_begun: bool,
    notified: bool,
) -> None:
    harness.tasks.finishers["restore"] = harness.restores.ended
    target = str(harness.work_dir / "out")
    answer = await request_restore(client, existing, snapshotId=history.ids[0], targetPath=target)
    task_id = answer.json()["restoreId"]
    if has_begun:
        await Task.filter(id=task_id).update(status="running", started_at=1)
    report = JobReport(task_id=task_id, status=status, outcome=outcome, error="It ended.")
    await harness.tasks.finish(task_id, report)
    error = (await client.get(f"/tasks/{task_id}")).json()["error"]
    assert error.startswith("It ended.")
    assert (
        f'{target} may be missing or half written. Restore again with overwrite "always"' in error
    ) == notified
    again = await request_restore(client, existing, snapshotId=history.ids[0], targetPath=target)
    assert again.status_code == 202, "a new restore can start at once"
