"""Backups by restic that are slow enough to be observed or stopped."""

import asyncio
import os
from pathlib import Path

from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.restic_output import BackupProgress
from zerobyte.core import process
from zerobyte.restic import (
    backup,
)

HOST = "test-host"


def read_argv_and_environ(pid: int) -> tuple[bytes, bytes]:
    folder = Path(f"/proc/{pid}")
    return (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()


async def slow_backup(repository, source, **options):
    """Start a backup that takes many seconds, and wait until restic works on it."""
    (source / "big").write_bytes(os.urandom(30_000_000))
    begun = asyncio.Event()
    children: list[process.Identity] = []

    async def on_status(_: BackupProgress) -> None:
        begun.set()

    work = asyncio.create_task(
        backup.run(
            repository,
            source,
            tag="k3f9x2ab",
            hostname=HOST,
            options=BackupOptions(custom_restic_params=["--limit-upload 2000", "--pack-size 4"]),
            on_status=on_status,
            on_start=children.append,
            **options,
        )
    )
    async with asyncio.timeout(60):
        await begun.wait()
    return work, children[0]
