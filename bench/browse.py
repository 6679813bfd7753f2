"""How long people wait for a folder of a snapshot: after its backup, at first, and again.

Compared with `restic ls` of the whole snapshot, which reads it from the repository.
"""

import asyncio
import time
from pathlib import Path
from statistics import median
from typing import Final

import psutil

from bench.bare import BareRestic
from bench.measure import run_once
from bench.rows import Row, at_most, seconds
from bench.spy import Spy
from bench.trees import fill
from zerobyte.core import ids
from zerobyte.demo.client import Client, signed_out_client
from zerobyte.demo.platform import Platform, platform

_PER_FOLDER: Final = 250
_KNOWN: Final = 40
_BARE_ROUNDS: Final = 3
_CACHED_LIMIT_S: Final = 600.0
_FIRST_LOOK_GOAL_S: Final = 0.05
_KNOWN_GOAL_S: Final = 0.008


async def browse(work: Path, *, restic: str, files: int) -> list[Row]:
    """Return rows about a folder of 250 files in a snapshot with this many files."""
    source = work / "browsed"
    await asyncio.to_thread(fill, source, files=files, per_folder=_PER_FOLDER)
    bare = BareRestic(work / "bare browsed", restic=restic)
    await bare.init()
    await bare.run(["backup", "--quiet", str(source)])
    listing = ["ls", "--json", "--no-lock", "latest"]
    spy = Spy(work, restic=restic)
    home = work / "browsed data"
    async with (
        platform(home, env={"RESTIC_COMMAND": str(spy.program)}) as stage,
        signed_out_client(stage.url) as client,
    ):
        await client.sign_up(ids.token())
        repository = await client.add_repository("browsed", str(home / "repositories"))
        short_id = str(repository["shortId"])
        volume = await client.add_volume("browsed", str(source))
        schedule = await client.add_schedule("browsed", volume=volume, repository=short_id)
        await run_once(client, spy, schedule)
        cached_s = await _until_listed(stage)
        snapshot = await _snapshot(client, short_id)
        after_backup_s = await _look(client, snapshot, source / "00001")
        known = [
            await _look(client, snapshot, source / f"{n % (files // _PER_FOLDER):05d}")
            for n in range(_KNOWN)
        ]
        unknown_s = await _look(client, await _unknown_snapshot(client, bare), source / "00001")
    alone = median([await bare.run(listing) for _ in range(_BARE_ROUNDS)])
    return [
        Row(f"listing of {files} files cached after its run", seconds(cached_s)),
        at_most(
            f"first look at a folder of {files} files after a backup",
            after_backup_s,
            _FIRST_LOOK_GOAL_S,
            reference=alone,
        ),
        at_most(f"a known folder of {files} files", median(known), _KNOWN_GOAL_S, reference=alone),
        Row(
            "first look at a folder of an unknown snapshot",
            seconds(unknown_s),
            seconds(alone),
            f"{unknown_s / alone:.3f}",
        ),
    ]


async def _snapshot(client: Client, repository: str) -> str:
    """Return the address of a repository's newest snapshot."""
    snapshots = f"/api/v1/repositories/{repository}/snapshots"
    return f"{snapshots}/{(await client.call('GET', snapshots))[-1]['short_id']}"


async def _unknown_snapshot(client: Client, bare: BareRestic) -> str:
    """Add the repository of bare restic and return the address of its snapshot."""
    config = {"backend": "local", "path": str(bare.repository), "isExistingRepository": True}
    config["customPassword"] = (bare.repository.parent / "password").read_text()
    body = {"name": "bare", "config": config}
    added = (await client.call("POST", "/api/v1/repositories", body))["repository"]
    return await _snapshot(client, added["shortId"])


async def _look(client: Client, snapshot: str, folder: Path) -> float:
    """Ask for the first page of a folder of a snapshot; return the seconds it took."""
    path = f"{snapshot}/files?path={folder}"
    begun = time.perf_counter()
    page = await client.call("GET", path)
    elapsed = time.perf_counter() - begun
    if page["total"] < _PER_FOLDER:
        raise RuntimeError(f"the folder has {page['total']} entries")
    return elapsed


async def _until_listed(stage: Platform) -> float:
    """Wait until the platform has listed the new snapshot; return the seconds it took."""
    begun = time.perf_counter()
    was_seen = False
    while time.perf_counter() - begun < _CACHED_LIMIT_S:
        is_running = any("ls" in _arguments(child) for child in _children(stage))
        if was_seen and not is_running:
            return time.perf_counter() - begun
        was_seen = was_seen or is_running
        await asyncio.sleep(0.02)
    raise RuntimeError("the platform did not list the new snapshot")


def _children(stage: Platform) -> list[psutil.Process]:
    return psutil.Process(stage.pid).children(recursive=True)


def _arguments(child: psutil.Process) -> list[str]:
    try:
        return child.cmdline()
    except psutil.Error:
        return []
