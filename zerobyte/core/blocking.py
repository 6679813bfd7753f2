"""Waits for file systems no longer than agreed: a dead server must not stop the event loop.

A system call on a dead network file system may never return, and cannot be interrupted. So it is
made in a thread or a child of its own, which is left behind when the time is up. Refuses to know
what the work is.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar, cast

from zerobyte.core.errors import Unavailable

T = TypeVar("T")

ANSWER_S: Final = 10.0
"""How long work waits for a folder whose storage may hang; slow disks wake up in less."""
MAX_THREADS: Final = 32
_running = threading.BoundedSemaphore(MAX_THREADS)
_left_behind: set[asyncio.Future[Any]] = set()


async def run_blocking(work: Callable[[], T], *, limit_s: float) -> T:
    """Do blocking work in a thread that does not keep the process from ending.

    Raises
        TimeoutError    the time is up; the thread goes on alone and its result is dropped.
        Unavailable     too many threads are still waiting for file systems that do not answer.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if result.done():
            return
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(cast("T", value))

    def body() -> None:
        value: T | None = None
        failure: Exception | None = None
        try:
            value = work()
        except Exception as error:
            failure = error
        finally:
            _running.release()
        # When the loop is closed, nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, value, failure)

    if not _running.acquire(blocking=False):
        raise Unavailable("Too many file systems do not answer; try again later")
    threading.Thread(target=body, daemon=True, name="zerobyte-files").start()
    async with asyncio.timeout(limit_s):
        return await result


async def run_blocking_on_path(
    work: Callable[[], T], *, place: str, limit_s: float | None = None
) -> T:
    """Do blocking work at a folder, as `run_blocking`.

    limit_s     None is ANSWER_S.

    Raises
        Unavailable     the folder does not answer; it is named.
    """
    limit_s = ANSWER_S if limit_s is None else limit_s
    try:
        return await run_blocking(work, limit_s=limit_s)
    except TimeoutError as error:
        raise Unavailable(
            f"The folder {place} does not answer within {limit_s:g} seconds. "
            "The storage behind it hangs; see to it, then try again"
        ) from error


async def wait_or_abandon(work: Coroutine[Any, Any, T], *, limit_s: float) -> T:
    """Await work that may not be able to end, such as a child inside a dead file system.

    Raises
        TimeoutError    the time is up; the work is cancelled and left behind.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_s)
    except asyncio.CancelledError:
        _leave(task)
        raise
    if not done:
        _leave(task)
        raise TimeoutError
    return task.result()


def _leave(task: asyncio.Task[Any]) -> None:
    _left_behind.add(task)
    task.add_done_callback(_forget)
    task.cancel()


def _forget(task: asyncio.Task[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()
