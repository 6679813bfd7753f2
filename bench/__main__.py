"""`python -m bench`: start a platform, measure, print a table of each part and one of all goals."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.accounts import sign_ins
from bench.bare import BareRestic
from bench.browse import browse
from bench.data import fill
from bench.downloads import downloads
from bench.footprint import footprint
from bench.measure import first_backups, runs_at_once, small_runs
from bench.minute import same_minute
from bench.reads import reads
from bench.rows import Row, seconds, show, show_goals
from bench.spy import Spy
from bench.standstill import Standstill
from bench.timeline import timeline
from bench.trees import trees
from zerobyte.core import ids
from zerobyte.core.errors import ZerobyteError
from zerobyte.demo.client import signed_out_client
from zerobyte.demo.platform import platform, remove_folder


async def measure_reads(_: Path, __: argparse.Namespace, console: Console) -> list[Row]:
    """Measure reads of clients: lists and single objects."""
    console.print("Measuring reads of the API, beside an empty route instead of bare restic:")
    console.print("answers per second, then p50, p90, p99 and the slowest in ms")
    return await reads()


async def measure_browsing(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure the waiting time of folders of a snapshot."""
    console.print(f"Measuring folders of a snapshot with {options.browse} files")
    return await browse(work, restic=options.restic, files=options.browse)


async def measure_listing(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure the listing of a large snapshot."""
    console.print(f"Measuring the listing of {options.tree} files")
    return await trees(work, restic=options.restic, files=options.tree)


async def measure_footprint(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure starts, memory, and CPU of an idle platform."""
    return await footprint(work, idle_s=options.idle, runs=options.runs, console=console)


async def measure_steps(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure the steps of a run."""
    console.print(f"Measuring the steps of {options.runs} runs")
    return await timeline(work, restic=options.restic, runs=options.runs)


async def measure_download(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure a download of one large file."""
    console.print(f"Measuring a download of {options.megabytes} MB")
    return await downloads(work, restic=options.restic, megabytes=options.megabytes)


async def measure_runs(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure sign-ins, small backups, backups at once and first backups."""
    restic = options.restic
    spy = Spy(work, restic=restic)
    large = work / f"{options.files} files, {options.megabytes} MB"
    small = work / "small"
    console.print(f"Writing {large.name}")
    await asyncio.to_thread(
        fill, large, files=options.files, size_bytes=options.megabytes * 1_000_000
    )
    await asyncio.to_thread(fill, small, files=10, size_bytes=10_000)
    env = {"RESTIC_COMMAND": str(spy.program)}
    home = work / "data"
    console.print("Starting a platform")
    async with platform(home, env=env) as stage, signed_out_client(stage.url) as client:
        password = ids.token()
        await client.sign_up(password)
        console.print(f"Measuring {options.sign_ins} rounds of sign-ins")
        rows = await sign_ins(stage.url, "demo", password, rounds=options.sign_ins)
        repository = await client.add_repository("small", str(home / "repositories"))
        volume = await client.add_volume("small", str(small))
        schedule = await client.add_schedule(
            "small", volume=volume, repository=str(repository["shortId"])
        )
        console.print(f"Measuring {options.runs} small runs")
        bare = BareRestic(work / "bare", restic=str(spy.program))
        standstill = Standstill()
        async with standstill.meanwhile():
            rows += await small_runs(
                stage, client, spy, bare, schedule=schedule, number=options.runs
            )
        rows.append(Row("the measuring itself stood still", seconds(standstill.longest_s)))
        console.print(f"Measuring {options.at_once} backups at once")
        rows += await runs_at_once(
            client, home, volume=volume, number=options.at_once, rounds=options.rounds
        )
        console.print(f"Measuring {options.rounds} first backups")
        rows += await first_backups(
            client,
            spy,
            work,
            source=large,
            volume=await client.add_volume("large", str(large)),
            rounds=options.rounds,
            restic=restic,
        )
    return rows


async def measure_due(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure schedules that are due in the same minute."""
    return await same_minute(work, options.due, console) if options.due else []


PARTS: Final = {
    "reads": measure_reads,
    "browse": measure_browsing,
    "download": measure_download,
    "runs": measure_runs,
    "footprint": measure_footprint,
}
"""The parts of a full run, which takes less than ten minutes on two free cores."""

DETAILS: Final = {"listing": measure_listing, "steps": measure_steps, "due": measure_due}
"""Parts that run with `--only` alone."""


def main() -> int:
    """Measure and print. Returns 1 if a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--runs", type=int, default=20, help="small runs")
    parser.add_argument("--rounds", type=int, default=3, help="first backups; backups at once")
    parser.add_argument("--at-once", type=int, default=10, help="backups at the same time")
    parser.add_argument("--sign-ins", type=int, default=5, help="rounds of sign-ins")
    parser.add_argument("--idle", type=float, default=60, help="seconds of the idle measurement")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=1_000)
    parser.add_argument("--tree", type=int, default=200_000, help="files of the listed tree")
    parser.add_argument("--browse", type=int, default=50_000, help="files of the browsed snapshot")
    parser.add_argument("--restic", default=shutil.which("restic") or "restic")
    parser.add_argument("--due", type=int, default=200, help="schedules due in one minute")
    parser.add_argument("--only", choices=(*PARTS, *DETAILS), help="one part alone")
    options = parser.parse_args()
    console = Console(highlight=False)
    work = Path(tempfile.mkdtemp(prefix="zerobyte-bench-"))
    try:
        chosen = {options.only: (PARTS | DETAILS)[options.only]} if options.only else PARTS
        goals: list[Row] = []
        for part in chosen.values():
            rows = asyncio.run(part(work, options, console))
            show(rows, console)
            goals += [row for row in rows if row.goal]
        if goals:
            show_goals(goals, console)
    except (ZerobyteError, RuntimeError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    finally:
        remove_folder(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
