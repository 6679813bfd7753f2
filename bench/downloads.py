"""A download of one large file over HTTP, compared with bare `restic dump` of the same snapshot.

curl reads from the platform, and this process reads from bare restic, so both sides pay for a
reader. The memory of the API process is sampled during the download.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

import psutil

from bench.bare import BareRestic
from bench.cost import parts
from bench.rows import Row, seconds
from zerobyte.core import ids, process
from zerobyte.demo.client import Client, signed_out_client
from zerobyte.demo.platform import Platform, platform

_ROUNDS: Final = 3


async def downloads(work: Path, *, restic: str, megabytes: int) -> list[Row]:
    """Return rows about a download of one file of this size."""
    source = work / "downloaded"
    file = source / "large.bin"
    await asyncio.to_thread(_write, file, megabytes)
    bare = BareRestic(work / "bare downloaded", restic=restic)
    await bare.init()
    await bare.run(["backup", "--quiet", str(source)])
    async with (
        platform(work / "downloaded data", env={"RESTIC_COMMAND": restic}) as stage,
        signed_out_client(stage.url) as client,
    ):
        password = ids.token()
        await client.sign_up(password)
        key = work / "key"
        body = {"name": "bench", "password": password}
        made = await client.call("POST", "/api/v1/auth/api-keys", body)
        key.write_text(f"x-api-key: {made['key']}")
        key.chmod(0o600)
        snapshot = await _snapshot(client, bare)
        url = f"{stage.url}{snapshot}/dump?path={file}&kind=file"
        over_http = ["curl", "-sS", "--fail", "-H", f"@{key}", "-o", "/dev/null", url]
        before = _api_memory(stage)
        ours: list[float] = []
        alone: list[float] = []
        peaks: list[int] = []
        for _ in range(_ROUNDS):
            alone.append(await bare.run(["dump", "--no-lock", "latest", str(file)]))
            taken_s, peak = await _timed(over_http, stage)
            ours.append(taken_s)
            peaks.append(peak)
    grown = max(peaks) - before
    return [
        Row(
            f"download of {megabytes} MB",
            seconds(median(ours)),
            seconds(median(alone)),
            f"{median(alone) / median(ours):.2f} of its speed",
        ),
        Row("memory that the API grows by meanwhile", f"{grown / 1e6:.0f} MB"),
    ]


def _write(file: Path, megabytes: int) -> None:
    """Write a file whose every second half megabyte is incompressible."""
    dice = random.Random(megabytes)  # noqa: S311 — data, not a secret
    file.parent.mkdir()
    with file.open("wb") as out:
        for _ in range(megabytes):
            out.write(dice.randbytes(500_000) + bytes(500_000))


async def _snapshot(client: Client, bare: BareRestic) -> str:
    """Add the repository of bare restic and return the path of its snapshot in the API."""
    config = {"backend": "local", "path": str(bare.repository), "isExistingRepository": True}
    config["customPassword"] = (bare.repository.parent / "password").read_text()
    body = {"name": "bare", "config": config}
    added = (await client.call("POST", "/api/v1/repositories", body))["repository"]
    snapshots = f"/api/v1/repositories/{added['shortId']}/snapshots"
    return f"{snapshots}/{(await client.call('GET', snapshots))[-1]['short_id']}"


async def _timed(command: Sequence[str], stage: Platform) -> tuple[float, int]:
    """Run a command; return its seconds and the most memory that the API had meanwhile."""
    begun = time.perf_counter()
    running = asyncio.create_task(process.run(command))
    peak = 0
    while not running.done():
        peak = max(peak, _api_memory(stage))
        await asyncio.wait({running}, timeout=0.2)
    ended = running.result()
    if ended.code != 0:
        raise RuntimeError(f"curl ended with {ended.code}: {' / '.join(ended.stderr_tail)}")
    return time.perf_counter() - begun, peak


def _api_memory(stage: Platform) -> int:
    found = [part for role, part in parts(stage) if role == "API"]
    try:
        return sum(part.memory_info().rss for part in found)
    except psutil.NoSuchProcess:
        return 0
