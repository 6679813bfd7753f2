"""Repositories on storage that takes no lock file, such as a read-only file system."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from zerobyte.contract.repositories import LocalConfig
from zerobyte.restic.errors import ResticError
from zerobyte.restic.repository import Repository

_LOCK_REFUSED: Final = re.compile(
    r"Save\(<lock/.*(read-only file system|permission denied|operation not permitted|"
    r"access ?denied|403 forbidden|405 method not allowed)",
    re.IGNORECASE,
)


def is_refusal(line: bytes) -> bool:
    """Return True for a line of stderr in which the storage refuses to write a lock."""
    return _LOCK_REFUSED.search(line.decode(errors="replace")) is not None


def is_refused_lock(error: ResticError) -> bool:
    """Return True if restic ended because the storage does not take its lock file."""
    text = error.message.lower()
    causes = ("read-only file system", "permission denied", "operation not permitted")
    return "unable to create lock" in text and any(cause in text for cause in causes)


def takes_locks(repository: Repository) -> bool:
    """Return False if the folder of a local repository is not writable. Reads the disk."""
    config = repository.access.config
    if not isinstance(config, LocalConfig):
        return True
    folder = f"{config.path}/locks"
    try:
        is_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
    except OSError:
        return True  # restic itself reports the problem of the folder.
    return not is_read_only and os.access(folder, os.W_OK)


@asynccontextmanager
async def stoppable(stop: asyncio.Event | None) -> AsyncGenerator[asyncio.Event]:
    """Yield an event that is set when `stop` is, and that can also be set alone."""
    event = asyncio.Event()

    async def follow(source: asyncio.Event) -> None:
        await source.wait()
        event.set()

    following = asyncio.create_task(follow(stop)) if stop is not None else None
    if stop is not None and stop.is_set():
        event.set()
    try:
        yield event
    finally:
        if following is not None:
            following.cancel()
