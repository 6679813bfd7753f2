"""Announced runs reach the waiting worker of their host, and no other one."""

import asyncio

import pytest

from zerobyte.contract.control_plane import RunAnnouncement
from zerobyte.core.errors import Unavailable
from zerobyte.features.tasks.service import RunAnnouncements


def run(number):
    return RunAnnouncement(flow="backup", flow_run_id=f"r{number}", name="n", task_id=f"t{number}")


async def test_waiting_worker_gets_a_run_of_its_own_host_only():
    announcements = RunAnnouncements()
    waiting = asyncio.create_task(announcements.take("here", 60))
    await asyncio.sleep(0)
    announcements.announce("elsewhere", run(1))
    announcements.announce("here", run(2))
    assert await waiting == [run(2)]
    assert await announcements.take("here", 0) == []
    assert await announcements.take("elsewhere", 0) == [run(1)]


async def test_run_announced_between_two_questions_is_kept_but_not_for_long():
    announcements = RunAnnouncements()
    for number in range(30):
        announcements.announce("here", run(number))
    taken = await announcements.take("here", 0)
    assert [one.task_id for one in taken] == [f"t{number}" for number in range(10, 30)]


async def test_waiting_and_later_calls_end_when_the_api_stops():
    announcements = RunAnnouncements()
    waiting = asyncio.create_task(announcements.take("here", 60))
    await asyncio.sleep(0)
    announcements.close()
    with pytest.raises(Unavailable):
        await waiting
    with pytest.raises(Unavailable):
        await announcements.take("elsewhere", 60)
