"""Storage that is full, silent or read-only: each has its own error, and no call hangs."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core.errors import Unavailable
from zerobyte.restic import (
    Interrupted,
    StorageFull,
    StorageUnreachable,
    backup,
    cat_config,
    forget,
    restore,
)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of six megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    result = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], check=False
    )
    if result.returncode != 0:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> None:
    """Leave no room at all."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(b"x" * 4096):
            pass


async def save(repository, source, **more):
    return await backup.run(repository, source, tag="k3f9x2ab", hostname="zerobyte", **more)


async def test_full_repository_is_reported_and_works_again_with_space(
    repository, repository_at, source, small_disk, new_repository
):
    shutil.copytree(new_repository, small_disk / "repository")
    full = repository_at({"backend": "local", "path": str(small_disk / "repository")})
    (source / "big").write_bytes(os.urandom(9_000_000))
    with pytest.raises(StorageFull) as caught:
        async with asyncio.timeout(60):
            await save(full, source)
    assert caught.value.message.startswith("The storage is full")
    (source / "big").unlink()
    assert (await save(full, source)).snapshot_id


async def test_full_disk_of_the_host_is_reported_before_anything_is_started(
    repository, source, small_disk
):
    fill(small_disk)
    tools = replace(repository.tools, run_dir=small_disk / "run", cache_dir=small_disk / "cache")
    with pytest.raises(Unavailable, match="cannot write the files that restic needs"):
        await save(replace(repository, tools=tools), source)


async def test_silent_storage_never_blocks_a_stop_request(repository_at, source):
    begun = asyncio.Event()
    writers: list[asyncio.StreamWriter] = []

    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        begun.set()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    silent = repository_at({"backend": "rest", "url": f"http://127.0.0.1:{port}/"})
    with pytest.raises(StorageUnreachable, match="timed out"):
        await cat_config.run(silent, timeout_s=1)
    keep = RetentionPolicy(keep_last=1)

    def works(stop: asyncio.Event) -> Iterator[Coroutine[Any, Any, object]]:
        yield save(silent, source, stop=stop)
        yield forget.plan(silent, keep, tag="k3f9x2ab", stop=stop)
        yield restore.run(silent, "a" * 64, target=str(source / "back"), stop=stop)

    stop = asyncio.Event()
    for work in works(stop):
        begun.clear()
        stop.clear()
        working = asyncio.create_task(work)
        await begun.wait()
        stop.set()
        with pytest.raises(Interrupted):
            async with asyncio.timeout(60):
                await working
    for writer in writers:
        writer.close()
    server.close()
    await server.wait_closed()
