"""Progress is the newest, at once at first, and never in the way."""

import asyncio

import pytest

from zerobyte.restic.latest_value import throttled


async def test_the_first_goes_at_once_and_later_ones_are_replaced():
    sent: list[int] = []
    taken = asyncio.Event()

    async def send(value: int) -> None:
        sent.append(value)
        taken.set()

    async with throttled(send, every_s=0.05) as offer:
        offer(1)
        async with asyncio.timeout(30):
            await taken.wait()
        taken.clear()
        for value in range(2, 100):
            offer(value)
        async with asyncio.timeout(30):
            await taken.wait()
    assert sent == [1, 99]


async def test_nobody_listens():
    async with throttled(None, every_s=0) as offer:
        offer(1)


async def test_the_work_ends_while_a_send_is_under_way():
    begun = asyncio.Event()

    async def send(_: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with throttled(send, every_s=0) as offer:
        offer(1)
        async with asyncio.timeout(30):
            await begun.wait()
    assert len(asyncio.all_tasks()) == 1


async def test_errors_of_the_work_go_through():
    async def send(_: int) -> None:
        raise RuntimeError

    with pytest.raises(LookupError):
        async with throttled(send, every_s=0):
            raise LookupError
