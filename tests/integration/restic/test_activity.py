"""Whether restic moves anything is seen by what it reads and writes, whatever it says meanwhile."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import until
from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.restic_output import BackupProgress
from zerobyte.core.process.activity import ActivityMonitor
from zerobyte.restic import Interrupted, Repository, backup, init

IDLE_MS = 8000
"""A hang as long as this must be seen; a slow upload must never look like one."""


@pytest.fixture
def large_source(tmp_path: Path) -> Path:
    """Two large files deep down: each status line names both, and is some kilobytes long."""
    root = tmp_path / "large"
    deep = root.joinpath(*["d" * 200] * 12)
    deep.mkdir(parents=True)
    for name in "ab":
        (deep / name).write_bytes(os.urandom(64 * 1024 * 1024))
    return root


@pytest.fixture
async def served(serve, repository_at) -> tuple[Repository, ActivityMonitor, int]:
    """An empty repository of a REST server, who watches its commands, and the server's process."""
    server = serve("restic")
    made = repository_at({"backend": "rest", "url": f"http://127.0.0.1:{server.port}"})
    await init.run(made)
    activity = ActivityMonitor()
    tools = replace(made.tools, activity=activity, grace_s=1)
    return replace(made, tools=tools), activity, server.process.pid


class Saving:
    """A backup under way, and what it says."""

    def __init__(self, repository: Repository, source: Path, limit_kib_per_s: int) -> None:
        self.lines: list[BackupProgress] = []
        self._stop = asyncio.Event()
        # With small packs restic cannot read to the end of the files while nothing leaves it.
        params = [f"--limit-upload={limit_kib_per_s}", "--pack-size=4"]
        options = BackupOptions(custom_restic_params=params)
        self._work = asyncio.create_task(
            backup.run(
                repository,
                source,
                tag="k3f9x2ab",
                hostname="h",
                options=options,
                on_status=self._hear,
                stop=self._stop,
            )
        )

    async def _hear(self, status: BackupProgress) -> None:
        self.lines.append(status)

    async def wait_for(self, condition: Callable[[], Any]) -> None:
        def is_true() -> Any:
            assert not self._work.done(), "restic has ended"
            return condition()

        await until(is_true, limit_s=120, every_s=0.2)

    async def end(self) -> None:
        self._stop.set()
        with pytest.raises(Interrupted):
            await self._work


async def test_t14_a_server_that_hangs_is_idle_time_although_restic_says_its_status(
    served, large_source
):
    repository, activity, server = served
    saving = Saving(repository, large_source, 20_000)
    try:
        await saving.wait_for(lambda: any(line.bytes_done for line in saving.lines))
        os.kill(server, signal.SIGSTOP)
        await saving.wait_for(lambda: activity.idle_ms() > IDLE_MS)
        # Counted as work, what it says would be enough for some.
        before, line_bytes = len(saving.lines), len(saving.lines[-1].model_dump_json())
        await saving.wait_for(lambda: (len(saving.lines) - before) * line_bytes > 64 * 1024)
        assert activity.idle_ms() > IDLE_MS
        os.kill(server, signal.SIGCONT)
        await saving.wait_for(lambda: activity.idle_ms() < 1000)
    finally:
        os.kill(server, signal.SIGCONT)
        await saving.end()


async def test_t14_a_slow_upload_is_no_idle_time(served, large_source):
    repository, activity, _ = served
    saving = Saving(repository, large_source, 32)
    longest, looks = 0, 0
    try:
        await saving.wait_for(lambda: saving.lines)

        def look() -> bool:
            nonlocal longest, looks
            longest, looks = max(longest, activity.idle_ms()), looks + 1
            return looks > 5 * IDLE_MS * 2 / 1000

        await saving.wait_for(look)
    finally:
        await saving.end()
    assert longest < IDLE_MS
