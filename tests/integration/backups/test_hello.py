"""Who may be the worker of a host."""

import asyncio

from tests.integration.backups.conftest import World
from zerobyte.contract.control_plane import WorkerIdentity
from zerobyte.core.errors import Conflict


async def test_of_workers_that_begin_in_the_same_moment_one_is_welcome(world: World) -> None:
    """In containers of one machine none can see whether the other lives."""
    workers = [
        WorkerIdentity(host="local", boot_id=f"container {number}", pid=1, pid_started=1)
        for number in range(4)
    ]
    hellos = (world.platform.control.hello("local", worker) for worker in workers)
    answers = await asyncio.gather(*hellos, return_exceptions=True)
    assert [type(answer) for answer in answers].count(Conflict) == 3, answers
