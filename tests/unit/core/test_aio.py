"""core.aio: single flights, uninterrupted work, throttling, periodic and background tasks."""

import asyncio

import pytest

from tests.support.waiting import until
from zerobyte.core.aio import (
    BackgroundTasks,
    LatestValue,
    SingleFlight,
    SingleFlights,
    every,
    run_uninterrupted,
    throttled,
    wait_for_event,
)


async def test_concurrent_callers_share_one_call() -> None:
    flights = SingleFlights()
    calls = 0
    may_finish = asyncio.Event()

    async def work() -> int:
        nonlocal calls
        calls += 1
        await may_finish.wait()
        return calls

    callers = [asyncio.create_task(flights.run("key", work())) for _ in range(3)]
    await asyncio.sleep(0)
    may_finish.set()
    assert await asyncio.gather(*callers) == [1, 1, 1]
    assert await flights.run("key", work()) == 2


async def test_call_goes_on_without_callers_and_its_failure_is_silent() -> None:
    flights = SingleFlights()
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()
        raise ValueError("failed")

    caller = asyncio.create_task(flights.run("key", work()))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait_for(done.wait(), 20)
    with pytest.raises(asyncio.CancelledError):
        await caller
    with pytest.raises(ValueError, match="failed"):
        await flights.run("key", work())


async def test_closing_cancels_calls_and_waits_for_their_end() -> None:
    flights = SingleFlights()
    is_ended = False
    started = asyncio.Event()

    async def work() -> None:
        nonlocal is_ended
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            is_ended = True

    caller = asyncio.create_task(flights.run("key", work()))
    await started.wait()
    await flights.aclose()
    assert is_ended
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_caller_times_out_while_the_call_goes_on() -> None:
    calls = 0
    may_finish = asyncio.Event()

    async def call() -> str:
        nonlocal calls
        calls += 1
        await may_finish.wait()
        return "done"

    flight = SingleFlight(call, timeout_s=0.01)
    assert flight.pending_s == 0
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await flight.run()
    assert calls == 1
    assert flight.pending_s > 0
    may_finish.set()
    await until(lambda: flight.pending_s == 0, what="the call ends")
    assert await flight.run() == "done"
    assert calls == 2


async def test_cancelled_flight_ends_its_call() -> None:
    flight = SingleFlight(lambda: asyncio.sleep(60), timeout_s=0.01)
    with pytest.raises(TimeoutError):
        await flight.run()
    flight.cancel()
    async with asyncio.timeout(30):
        while flight.pending_s:
            await asyncio.sleep(0)


async def test_uninterrupted_work_ends_before_the_cancellation_is_raised() -> None:
    may_finish = asyncio.Event()
    is_done = False

    async def work() -> None:
        nonlocal is_done
        await may_finish.wait()
        is_done = True

    caller = asyncio.create_task(run_uninterrupted(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        caller.cancel()
    may_finish.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert is_done


async def test_uninterrupted_work_returns_and_raises() -> None:
    assert await run_uninterrupted(asyncio.sleep(0, "result")) == "result"

    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await run_uninterrupted(fail())


async def test_waiting_for_an_event_returns_true_only_if_it_is_set() -> None:
    event = asyncio.Event()
    assert not await wait_for_event(event, 0.01)
    asyncio.get_running_loop().call_soon(event.set)
    assert await wait_for_event(event, 30)


async def test_latest_value_replaces_an_untaken_one() -> None:
    latest: LatestValue[int] = LatestValue()
    latest.offer(1)
    latest.offer(2)
    assert await latest.take() == 2
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await latest.take()


async def test_first_value_is_sent_at_once_and_later_ones_are_replaced() -> None:
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


async def test_throttle_without_a_receiver_takes_values() -> None:
    async with throttled(None, every_s=0) as offer:
        offer(1)


async def test_throttle_cancels_a_running_send_at_its_end() -> None:
    started = asyncio.Event()

    async def send(_: int) -> None:
        started.set()
        await asyncio.Event().wait()

    async with throttled(send, every_s=0) as offer:
        offer(1)
        async with asyncio.timeout(30):
            await started.wait()
    assert len(asyncio.all_tasks()) == 1


async def test_throttle_passes_errors_of_its_body_on() -> None:
    async def send(_: int) -> None:
        raise RuntimeError

    with pytest.raises(LookupError):
        async with throttled(send, every_s=0):
            raise LookupError


async def test_periodic_loop_survives_failures_and_logs_the_first_in_a_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stop = asyncio.Event()
    calls = 0

    async def do() -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            stop.set()
        if calls in (2, 3):
            raise ValueError("broken")

    async with asyncio.timeout(30):
        await every(0, do, stop=stop)
    assert calls == 5
    assert capsys.readouterr().err.count("a periodic call failed") == 1


async def test_periodic_loop_hands_errors_to_the_callback() -> None:
    stop = asyncio.Event()
    errors: list[Exception] = []

    async def do() -> None:
        raise LookupError

    def on_error(error: Exception) -> None:
        errors.append(error)
        stop.set()

    async with asyncio.timeout(30):
        await every(60, do, stop=stop, on_error=on_error)
    assert [type(error) for error in errors] == [LookupError]


async def test_stopped_periodic_loop_makes_no_late_first_call() -> None:
    stop = asyncio.Event()
    calls: list[None] = []

    async def do() -> None:
        calls.append(None)

    asyncio.get_running_loop().call_soon(stop.set)
    async with asyncio.timeout(30):
        await every(60, do, stop=stop, start_now=False)
    assert not calls


async def test_pause_of_a_periodic_loop_ends_when_it_is_woken_during_or_after_a_call() -> None:
    wake, stop, pauses = asyncio.Event(), asyncio.Event(), [60.0, 61.0, 62.0]
    calls = 0

    async def do() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            wake.set()
        elif calls == 2:
            asyncio.get_running_loop().call_soon(wake.set)
        else:
            asyncio.get_running_loop().call_soon(stop.set)

    async with asyncio.timeout(30):
        await every(lambda: pauses.pop(0), do, stop=stop, wake=wake)
    assert (calls, pauses) == (3, [])


async def test_background_tasks_log_failures_and_end_on_close(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tasks = BackgroundTasks()

    async def fail() -> None:
        raise ValueError("broken")

    async def hang() -> None:
        await asyncio.Event().wait()

    tasks.start(fail(), name="failing")
    hanging = tasks.start(hang())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(tasks) == 1
    assert "a background task failed task=failing" in capsys.readouterr().err
    await tasks.aclose()
    assert hanging.cancelled()
    assert len(tasks) == 0
