"""`python -m bench`: start a platform, measure, print one table."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.accounts import sign_ins
from bench.bare import BareRestic
from bench.browse import browse
from bench.data import fill
from bench.downloads import downloads
from bench.measure import Row, first_backups, memory, seconds, small_runs
from bench.minute import same_minute
from bench.reads import reads
from bench.spy import Spy
from bench.standstill import Standstill
from bench.trees import trees
from zerobyte.core import ids
from zerobyte.core.errors import ZerobyteError
from zerobyte.demo.client import signed_out_client
from zerobyte.demo.platform import platform, remove_folder


async def measure_reads(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure reads of clients: lists, single objects, files of snapshots."""
    console.print("Measuring reads of the API, beside an empty route instead of bare restic:")
    console.print("answers per second, then p50, p90, p99 and the slowest in ms")
    rows = await reads()
    console.print(f"Measuring the listing of {options.tree} files")
    return rows + await trees(work, restic=options.restic, files=options.tree)


async def measure_browsing(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """What people wait for when they open a folder of a snapshot."""
    console.print(f"Measuring folders of a snapshot with {options.browse} files")
    return await browse(work, restic=options.restic, files=options.browse)


async def measure_download(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure a download of one large file."""
    console.print(f"Measuring a download of {options.megabytes} MB")
    return await downloads(work, restic=options.restic, megabytes=options.megabytes)


async def measure(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure everything in one run, so that the figures are comparable."""
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
        rows = [Row("first start to ready", seconds(stage.ready_s))]
        password = ids.token()
        await client.sign_up(password)
        console.print(f"Measuring {options.runs} sign-ins")
        rows += await sign_ins(stage.url, "demo", password, rounds=options.runs)
        repository = await client.add_repository("small", str(home / "repositories"))
        schedule = await client.add_schedule(
            "small",
            volume=await client.add_volume("small", str(small)),
            repository=str(repository["shortId"]),
        )
        console.print(f"Measuring {options.runs} small runs")
        bare = BareRestic(work / "bare", restic=restic)
        standstill = Standstill()
        async with standstill.meanwhile():
            rows += await small_runs(client, spy, bare, schedule, options.runs)
        rows.append(Row("the measuring itself stood still", seconds(standstill.longest_s)))
        rows += memory(stage)
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
    console.print("Starting the platform again on its data")
    async with platform(home, env=env) as stage:
        rows.append(Row("next start to ready", seconds(stage.ready_s)))
    return rows


async def measure_due(work: Path, options: argparse.Namespace, console: Console) -> list[Row]:
    """Measure schedules that are due in the same minute."""
    return await same_minute(work, options.due, console) if options.due else []


PARTS: Final = {
    "reads": measure_reads,
    "browse": measure_browsing,
    "download": measure_download,
    "runs": measure,
    "due": measure_due,
}


def show(rows: list[Row], console: Console) -> None:
    """Print the table: medians, and in brackets minimum and maximum."""
    table = Table()
    for title in ("median", "Zerobyte", "bare restic", "ratio"):
        table.add_column(title, justify="left" if title == "median" else "right")
    for row in rows:
        table.add_row(row.what, row.ours, row.bare, row.ratio)
    console.print(table)


def main() -> int:
    """Measure and print. Returns 1 if a measurement failed."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--runs", type=int, default=20, help="small runs")
    parser.add_argument("--rounds", type=int, default=3, help="first backups")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=1_000)
    parser.add_argument("--tree", type=int, default=200_000, help="files of the listed tree")
    parser.add_argument("--browse", type=int, default=50_000, help="files of the browsed snapshot")
    parser.add_argument("--restic", default=shutil.which("restic") or "restic")
    parser.add_argument("--due", type=int, default=200, help="schedules due in one minute")
    parser.add_argument("--only", choices=tuple(PARTS), help="one part alone")
    options = parser.parse_args()
    console = Console(highlight=False)
    work = Path(tempfile.mkdtemp(prefix="zerobyte-bench-"))
    try:
        for name, part in PARTS.items():
            if options.only in (None, name):
                show(asyncio.run(part(work, options, console)), console)
    except (ZerobyteError, RuntimeError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    finally:
        remove_folder(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
