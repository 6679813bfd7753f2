"""Restores whose target hangs, or that are cut off half-way."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import History, House
from tests.support.hung_folder import hung_mount
from tests.support.restores import ALL_FILES, files_in, post_restore
from zerobyte.contract.jobs import JobReport
from zerobyte.core import blocking
from zerobyte.core.errors import Unavailable
from zerobyte.features.tasks.models import Task

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_t8_targets_that_hang_are_refused_in_words_and_use_nothing_up(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: History,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = house.place / "share"
    place.mkdir()
    body = {"snapshotId": history.ids[0], "targetPath": str(place)}
    queued = await Task.get(id=(await post_restore(client, existing, **body)).json()["restoreId"])
    monkeypatch.setattr(blocking, "ANSWER_S", 0.3)
    with hung_mount(place):
        # More of them than there are threads that everything else in the API shares.
        below = [{**body, "targetPath": f"{place}/{number}"} for number in range(9)]
        answers = await asyncio.gather(*(post_restore(client, existing, **one) for one in below))
        assert {answer.status_code for answer in answers} == {503}
        assert "does not answer" in answers[0].json()["message"]
        with pytest.raises(Unavailable, match="does not answer"):
            await house.restores.job(queued)
        async with asyncio.timeout(30):
            assert await asyncio.to_thread(files_in, history.source) == ALL_FILES
        config = {"backend": "local", "path": f"{place}/new"}
        made = await client.post("/repositories", json={"name": "new", "config": config})
        assert (made.status_code, "does not answer" in made.json()["message"]) == (503, True)


@pytest.mark.parametrize(
    ("status", "outcome", "has_begun", "is_told"),
    [
        ("failed", "stale", True, True),
        ("cancelled", "cancelled", True, True),
        ("cancelled", "cancelled", False, False),
        ("failed", "error", True, False),
    ],
)
async def test_a_restore_that_was_cut_off_says_what_it_may_have_left_and_how_to_go_on(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: History,
    house: House,
    status: Any,
    outcome: Any,
    has_begun: bool,
    notified: bool,
) -> None:
    house.tasks.finishers["restore"] = house.restores.ended
    target = str(house.place / "out")
    answer = await post_restore(client, existing, snapshotId=history.ids[0], targetPath=target)
    task_id = answer.json()["restoreId"]
    if has_begun:
        await Task.filter(id=task_id).update(status="running", started_at=1)
    report = JobReport(task_id=task_id, status=status, outcome=outcome, error="It ended.")
    await house.tasks.finish(task_id, report)
    error = (await client.get(f"/tasks/{task_id}")).json()["error"]
    assert error.startswith("It ended.")
    assert (
        f'{target} may be missing or half written. Restore again with overwrite "always"' in error
    ) == notified
    again = await post_restore(client, existing, snapshotId=history.ids[0], targetPath=target)
    assert again.status_code == 202, "it can be started again at once"
