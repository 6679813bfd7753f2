"""A process that was started to ignore interrupts can still interrupt its children."""

import subprocess
import sys

CODE = """
import asyncio
from zerobyte.core import process
from zerobyte.core.process import setup

setup.restore_sigint()

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.3, stop.set)
    ended = await process.run(["sleep", "30"], stop=stop, grace_s=20)
    print(ended.code)

asyncio.run(main())
"""


def test_a_child_of_a_shells_background_job_hears_its_interrupt() -> None:
    script = f'trap "" INT; exec {sys.executable} -c "$0"'
    ended = subprocess.run(
        ["bash", "-c", script, CODE], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.strip() == "130"
