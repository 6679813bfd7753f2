"""Building blocks for asyncio code: fair loops, single flights, periodic and background tasks.

Every process uses them, so they import nothing of the product but the clock and the log.
`core.retry` holds retries, `core.blocking` blocking calls.
"""

import asyncio
import contextlib
import time
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Hashable,
    Iterable,
    Sequence,
)
from contextlib import asynccontextmanager
from typing import Any, Final, Generic, TypeVar

from zerobyte.core import clock
from zerobyte.core.log import get_logger

T = TypeVar("T")

_log = get_logger(__name__)

_TURN_S: Final = 0.01
_PAUSE_S: Final = 0.0005


async def in_turns(items: Iterable[T]) -> AsyncGenerator[T]:
    """Yield items, and let the event loop do other work after every 10 ms."""
    turn_began = clock.monotonic()
    for item in items:
        yield item
        if clock.monotonic() - turn_began > _TURN_S:
            await asyncio.sleep(0)
            turn_began = clock.monotonic()


def with_pauses(items: Iterable[T]) -> Generator[T]:
    """Yield items in a thread, and let other threads run after every 10 ms.

    The event loop gives up the interpreter at each socket call, and a thread that computes keeps
    it for 5 ms then; in a pause the loop makes many such calls without a wait.
    """
    turn_began = clock.monotonic()
    for item in items:
        yield item
        if clock.monotonic() - turn_began > _TURN_S:
            time.sleep(_PAUSE_S)
            turn_began = clock.monotonic()


async def wait_for_event(event: asyncio.Event, timeout_s: float) -> bool:
    """Wait for an event. Returns False if it is not set within `timeout_s`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
    return event.is_set()


async def run_uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end even if the caller is cancelled; raise the cancellation then.

    For short work that must not stop half-way, such as releasing a lease.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    _mark_retrieved(task)
    raise cancelled


class SingleFlights:
    """Calls by key, at most one at a time per key; concurrent callers share its result.

    A call goes on when its callers leave or time out: interrupting a call that hangs may hang as
    well, and later callers can still use its result.
    """

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}
        self._started: dict[Hashable, float] = {}

    async def run(
        self, key: Hashable, work: Coroutine[Any, Any, T], *, timeout_s: float | None = None
    ) -> T:
        """Return the result of the running call of this key, or of `work`.

        Raises
            TimeoutError    the call is still running after `timeout_s`.
            Exception       raised by the call.
        """
        task = self.start(key, work)
        await asyncio.wait({task}, timeout=timeout_s)
        if not task.done():
            raise TimeoutError
        return task.result()

    def start(self, key: Hashable, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Return the running task of this key, or start `work`. Callers must not cancel it."""
        task = self._tasks.get(key)
        if task is not None and not task.done():
            work.close()
            return task
        task = asyncio.create_task(work)
        self._tasks[key] = task
        self._started[key] = clock.monotonic()
        task.add_done_callback(lambda done: self._finished(key, done))
        return task

    def is_running(self, key: Hashable) -> bool:
        """Return True if a call of this key is running."""
        return key in self._tasks

    def pending_s(self, key: Hashable) -> float:
        """Return for how long the call of this key has been running; 0 if none is."""
        return clock.monotonic() - self._started[key] if key in self._tasks else 0.0

    def _finished(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key], self._started[key]
        _mark_retrieved(task)

    def cancel(self) -> None:
        """Cancel all running calls without waiting for their end."""
        for task in self._tasks.values():
            task.cancel()

    async def aclose(self) -> None:
        """Cancel all running calls and wait until they have ended."""
        await cancel_all(list(self._tasks.values()))


class SingleFlight(Generic[T]):
    """One call without arguments, shared by concurrent callers, each with a timeout.

    timeout_s   how long each caller waits. A result that comes later is dropped, because it
                describes a past state.
    """

    def __init__(self, call: Callable[[], Coroutine[Any, Any, T]], *, timeout_s: float) -> None:
        self._call = call
        self._timeout_s = timeout_s
        self._flights = SingleFlights()

    async def run(self) -> T:
        """Return the result of the running call, or of a new one.

        Raises
            TimeoutError    the call is still running after `timeout_s`.
            Exception       raised by the call.
        """
        return await self._flights.run(None, self._call(), timeout_s=self._timeout_s)

    @property
    def pending_s(self) -> float:
        """Return for how long the call has been running; 0 if it is not."""
        return self._flights.pending_s(None)

    def cancel(self) -> None:
        """Cancel the running call without waiting for its end."""
        self._flights.cancel()


class LatestValue(Generic[T]):
    """A slot for one value; a new value replaces one that nothing has taken yet."""

    def __init__(self) -> None:
        self._value: T | None = None
        self._is_new = asyncio.Event()

    def offer(self, value: T) -> None:
        """Store a value; never waits."""
        self._value = value
        self._is_new.set()

    async def take(self) -> T:
        """Wait for a value that was not taken yet and return it."""
        await self._is_new.wait()
        self._is_new.clear()
        assert self._value is not None
        return self._value


@asynccontextmanager
async def throttled(
    send: Callable[[T], Awaitable[None]] | None, *, every_s: float
) -> AsyncGenerator[Callable[[T], None]]:
    """Yield a function that hands values to `send`: the first at once, then the newest only.

    A `send` that is slow or fails loses values but never delays or fails the caller. On exit a
    running `send` is cancelled: the result that follows replaces all progress.
    """
    if send is None:
        yield lambda _: None
        return
    latest: LatestValue[T] = LatestValue()

    async def send_latest() -> None:
        await send(await latest.take())

    def log_failure(error: Exception) -> None:
        _log.warning("sending progress failed", error=str(error))

    task = asyncio.create_task(every(every_s, send_latest, on_error=log_failure))
    try:
        yield latest.offer
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def every(
    seconds: float | Callable[[], float],
    do: Callable[[], Awaitable[object]],
    *,
    stop: asyncio.Event | None = None,
    wake: asyncio.Event | None = None,
    start_now: bool = True,
    on_error: Callable[[Exception], None] | None = None,
) -> None:
    """Call `do` again and again, with a pause of `seconds` after each call.

    A call that fails does not end the loop: it would otherwise stay ended until a restart.

    seconds     the pause, or a function that returns the next one.
    stop        ends the loop; None loops until cancelled.
    wake        ends a pause; it is cleared before each call, so that none is missed.
    start_now   False pauses before the first call.
    on_error    handles a failed call; by default the first failure in a row is logged.
    """
    is_failing = False
    if not start_now:
        await _pause(seconds, stop, wake)
    while stop is None or not stop.is_set():
        if wake is not None:
            wake.clear()
        try:
            await do()
            is_failing = False
        except Exception as error:
            if on_error is not None:
                on_error(error)
            elif not is_failing:
                name = getattr(do, "__qualname__", repr(do))
                _log.warning("a periodic call failed; it is retried", call=name, exc_info=error)
            is_failing = True
        await _pause(seconds, stop, wake)


async def _pause(
    seconds: float | Callable[[], float],
    stop: asyncio.Event | None,
    wake: asyncio.Event | None,
) -> None:
    pause_s = seconds() if callable(seconds) else seconds
    events = [event for event in (stop, wake) if event is not None]
    match events:
        case []:
            await asyncio.sleep(pause_s)
        case [event]:
            await wait_for_event(event, pause_s)
        case _:
            waiting = [asyncio.create_task(event.wait()) for event in events]
            try:
                await asyncio.wait(waiting, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await cancel_all(waiting)


class BackgroundTasks:
    """Tasks that nothing awaits: keeps references to them and logs their failures.

    The event loop holds only weak references, so a task that nothing holds may disappear.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(
        self, work: Coroutine[Any, Any, None], *, name: str | None = None
    ) -> asyncio.Task[None]:
        """Run `work` as a task; `name` appears in the log if it fails."""
        task = asyncio.create_task(work, name=name or work.__qualname__)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a background task failed", task=task.get_name(), exc_info=error)

    def __len__(self) -> int:
        """Return the number of running tasks."""
        return len(self._tasks)

    async def aclose(self) -> None:
        """Cancel all tasks and wait until they have ended."""
        await cancel_all(list(self._tasks))


def start_background(loop: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run an endless loop as a task; its end is logged, because nothing awaits it."""
    task = asyncio.create_task(loop, name=loop.__qualname__)
    task.add_done_callback(_log_end)
    return task


def _log_end(loop: asyncio.Task[None]) -> None:
    if not loop.cancelled():
        _log.error("an endless loop ended", loop=loop.get_name(), exc_info=loop.exception())


async def cancel_all(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _mark_retrieved(task: asyncio.Task[Any]) -> None:
    """Retrieve the exception of a task that may have no caller left; else asyncio warns."""
    if not task.cancelled():
        task.exception()
