"""WorkerApi.heartbeat: registration of workers and their clocks."""

import asyncio

import pytest

from tests.integration.backups.conftest import WORKER, ApiHarness
from tests.support.backup_runs import queue_retention
from zerobyte.contract.control_plane import Hello
from zerobyte.core import clock
from zerobyte.core.errors import Conflict


async def test_only_one_of_two_concurrent_workers_is_registered(harness: ApiHarness) -> None:
    """Workers in containers of one machine cannot see each other's processes."""
    workers = [
        Hello(host="local", boot_id=f"container {number}", pid=1, pid_started=1)
        for number in range(4)
    ]
    hellos = (harness.services.worker_api.heartbeat("local", worker) for worker in workers)
    answers = await asyncio.gather(*hellos, return_exceptions=True)
    assert [type(answer) for answer in answers].count(Conflict) == 3, answers


@pytest.mark.parametrize(
    ("minutes", "words"), [(6, "6 minutes ahead of"), (-7, "7 minutes behind"), (4, None)]
)
async def test_t30_host_with_wrong_clock_removes_no_snapshots(
    harness: ApiHarness, minutes: int, words: str | None
) -> None:
    schedule = await harness.schedule(retentionPolicy={"keepLast": 1})
    await harness.ask("hello", {**WORKER, "clockMs": clock.now_ms() + minutes * 60_000})
    forget = await queue_retention(harness, schedule)  # backups lose nothing by it
    answer = await harness.claim(task_id=forget)
    if words is None:
        assert answer["answer"] == "granted"
        return
    assert answer["answer"] == "refused"
    assert f"The clock of the host local is {words} the API's" in answer["reason"]
    # Only the last reported clock counts.
    await harness.ask("hello", {**WORKER, "clockMs": clock.now_ms()})
    again = await queue_retention(harness, schedule)
    assert (await harness.claim(task_id=again))["answer"] == "granted"
