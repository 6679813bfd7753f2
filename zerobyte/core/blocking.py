"""Blocking calls on file systems with a time limit, so that a dead server stalls no event loop.

A system call on a dead network file system may never return and cannot be interrupted. So a
separate thread or child makes the call and is abandoned at the time limit.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar, cast

from zerobyte.core.errors import Unavailable

T = TypeVar("T")

PATH_LIMIT_S: Final = 10.0
"""Time limit for a folder whose storage may hang; slow disks spin up in less."""
MAX_THREADS: Final = 32
_running = threading.BoundedSemaphore(MAX_THREADS)
_left_behind: set[asyncio.Future[Any]] = set()


async def run_blocking(work: Callable[[], T], *, limit_s: float) -> T:
    """Run blocking work in a daemon thread, which does not delay the end of the process.

    Raises
        TimeoutError    the limit is reached; the thread goes on and its result is dropped.
        Unavailable     too many threads still wait for file systems that do not answer.
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
        # A closed loop raises RuntimeError; no caller waits then.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, value, failure)

    if not _running.acquire(blocking=False):
        raise Unavailable("Too many file systems do not answer; try again later")
    threading.Thread(target=body, daemon=True, name="zerobyte-files").start()
    async with asyncio.timeout(limit_s):
        return await result


async def run_blocking_on_path(
    work: Callable[[], T], *, path: str, limit_s: float | None = None
) -> T:
    """Run blocking work on a folder with `run_blocking`.

    path        the folder, for the error message.
    limit_s     None is PATH_LIMIT_S.

    Raises
        Unavailable     the folder does not answer; the message names it.
    """
    limit_s = PATH_LIMIT_S if limit_s is None else limit_s
    try:
        return await run_blocking(work, limit_s=limit_s)
    except TimeoutError as error:
        raise Unavailable(
            f"The folder {path} does not answer within {limit_s:g} seconds. "
            "Its storage hangs; check the storage, then try again"
        ) from error


async def wait_or_abandon(work: Coroutine[Any, Any, T], *, limit_s: float) -> T:
    """Await work that may never end, such as a child blocked in a dead file system.

    Raises
        TimeoutError    the limit is reached; the work is cancelled and abandoned.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_s)
    except asyncio.CancelledError:
        _abandon(task)
        raise
    if not done:
        _abandon(task)
        raise TimeoutError
    return task.result()


def _abandon(task: asyncio.Task[Any]) -> None:
    _left_behind.add(task)
    task.add_done_callback(_forget)
    task.cancel()


def _forget(task: asyncio.Task[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()
