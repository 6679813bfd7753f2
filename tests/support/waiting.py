"""Wait until a condition is true; fail with a readable message after a limit.

The limits are those of a busy machine: a quiet one returns as soon as the condition is true.
"""

import asyncio
import inspect
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def _late(limit_s: float, what: str | Path) -> str:
    text = what.read_text(errors="replace") if isinstance(what, Path) else what
    return f"not within {limit_s:g} s: {text or 'the condition'}"


async def until(
    condition: Callable[[], Any],
    *,
    limit_s: float = 30.0,
    what: str | Path = "",
    every_s: float = 0.02,
) -> Any:
    """Wait until a condition is true and return its value.

    condition   a function or a coroutine function without parameters.
    limit_s     seconds until AssertionError is raised; also cancels a condition that hangs.
    what        the awaited state, or a log file; part of the error message.
    """
    try:
        async with asyncio.timeout(limit_s) as limit:
            while True:
                value = condition()
                if inspect.isawaitable(value):
                    value = await value
                if value:
                    return value
                await asyncio.sleep(every_s)
    except TimeoutError:
        if limit.expired():
            raise AssertionError(_late(limit_s, what)) from None
        raise


def until_sync(
    condition: Callable[[], T],
    *,
    limit_s: float = 30.0,
    what: str | Path = "",
    every_s: float = 0.02,
) -> T:
    """Wait in this thread until a condition is true and return its value; see `until`."""
    deadline = time.monotonic() + limit_s
    while not (value := condition()):
        assert time.monotonic() < deadline, _late(limit_s, what)
        time.sleep(every_s)
    return value
