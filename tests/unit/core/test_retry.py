"""core.retry: pauses, limits and stop requests of repeated calls."""

import asyncio

import pytest

from zerobyte.core import clock
from zerobyte.core.retry import Backoff, retrying


class Flaky:
    """A call that fails a number of times before it returns."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.calls = 0
        self._failures = failures
        self._error = error or OSError("away")

    async def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self._failures:
            raise self._error
        return self.calls


def test_pauses_double_up_to_the_maximum_and_reset() -> None:
    backoff = Backoff(first_s=1, max_s=5)
    assert [backoff.next_s() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.next_s() == 1


def test_jitter_keeps_pauses_between_half_and_one_and_a_half() -> None:
    backoff = Backoff(first_s=2, max_s=2, jitter=True)
    assert all(1 <= backoff.next_s() <= 3 for _ in range(100))


async def test_call_is_repeated_until_it_succeeds() -> None:
    failures: list[Exception] = []
    call = Flaky(3)
    backoff = Backoff(first_s=0.001, max_s=0.002)
    found = await retrying(call, on=OSError, backoff=backoff, on_first_failure=failures.append)
    assert found == 4
    assert len(failures) == 1


async def test_other_errors_are_raised_at_once() -> None:
    call = Flaky(3, LookupError())
    with pytest.raises(LookupError):
        await retrying(call, on=(OSError, TimeoutError))
    assert call.calls == 1


async def test_last_error_is_raised_after_the_limits() -> None:
    call = Flaky(100)
    with pytest.raises(OSError, match="away"):
        await retrying(call, on=OSError, max_tries=3, backoff=Backoff(first_s=0, max_s=0))
    assert call.calls == 3
    call = Flaky(100)
    with pytest.raises(OSError, match="away"):
        await retrying(call, on=OSError, limit_s=0.1)
    assert call.calls == 1


async def test_stop_request_ends_the_pause_and_allows_one_last_call() -> None:
    stop = asyncio.Event()
    call = Flaky(100)
    asyncio.get_running_loop().call_later(0.01, stop.set)
    began = clock.monotonic()
    with pytest.raises(OSError, match="away"):
        await retrying(call, on=OSError, stop=stop, backoff=Backoff(first_s=60, max_s=60))
    assert call.calls == 2
    assert clock.monotonic() - began < 30
