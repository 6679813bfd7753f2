"""Shared work: done once, told to all, ended with its owner."""

import asyncio

import pytest

from zerobyte.features.repositories.service.flight import SingleFlights


async def test_those_who_ask_at_the_same_time_share_one_piece_of_work() -> None:
    flights = SingleFlights()
    begun = 0
    go_on = asyncio.Event()

    async def work() -> int:
        nonlocal begun
        begun += 1
        await go_on.wait()
        return begun

    waiting = [asyncio.create_task(flights.run("key", work())) for _ in range(3)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    assert await flights.run("key", work()) == 2


async def test_work_goes_on_when_those_who_wait_leave_and_its_failure_is_no_surprise() -> None:
    flights = SingleFlights()
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()
        raise ValueError("told to nobody")

    waiting = asyncio.create_task(flights.run("key", work()))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait_for(done.wait(), 20)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(ValueError, match="told"):
        await flights.run("key", work())


async def test_closing_stops_what_runs_and_waits_for_its_end() -> None:
    flights = SingleFlights()
    is_ended = False
    begun = asyncio.Event()

    async def work() -> None:
        nonlocal is_ended
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            is_ended = True

    waiting = asyncio.create_task(flights.run("key", work()))
    await begun.wait()
    await flights.aclose()
    assert is_ended
    with pytest.raises(asyncio.CancelledError):
        await waiting
