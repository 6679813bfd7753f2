"""One backup and one restore, told on the terminal.

Owns the order of the steps and what is shown of them; refuses to touch the source.
"""

import asyncio
import os
import shutil
import tempfile
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from zerobyte.core import clock, ids
from zerobyte.core.errors import Failed, Invalid
from zerobyte.demo.client import Answer, Client, signed_out_client
from zerobyte.demo.compare import Comparison, compare
from zerobyte.demo.platform import platform, remove_folder

_SYSTEM: Final = frozenset(
    "bin boot dev etc lib lib32 lib64 libx32 proc run sbin sys usr".split()  # noqa: SIM905 — short
)
_TRIES: Final = 3

T = TypeVar("T")


class Different(Failed):
    """What was restored is not what was saved."""


class _Unwanted(Exception):
    """Ends a thread whose result nobody waits for any more."""


async def demonstrate(source: Path | None, console: Console) -> None:
    """Back `source` up, restore it beside and compare; None uses a folder made for it.

    Nothing is left behind, neither running nor on the disk, however this ends.

    Raises Different, Invalid when the source cannot be used, Failed for everything else.
    """
    with _work_folder(source) as (folder, work):
        size, files = await _apart(lambda check: _measure(folder, check))
        _check_space(work, size)
        console.print(f"Source: [bold]{folder}[/], {files} files, {decimal(size)}")
        console.print("Starting a platform of its own; the first start takes a while")

        def say(sentence: str) -> None:
            console.print(sentence, markup=False)

        # Nobody wants the work of a demo that is interrupted.
        env = {"ZEROBYTE_DRAIN_GRACE": "1"}
        async with platform(work / "data", env=env, say=say) as stage:
            console.print(f"Ready in {stage.ready_s:.1f} s at {stage.url}")
            async with signed_out_client(stage.url, say=say) as client:
                comparison = await _save_and_restore(client, folder, work, console)
            console.print("Stopping the platform")
    if not comparison.is_same:
        raise Different(f"{comparison.count} differences:\n" + "\n".join(comparison.differences))
    console.print(
        f"[green]Every byte is the same:[/] {comparison.entries} entries, "
        f"{decimal(comparison.size_bytes)}. Nothing was left behind."
    )


async def _save_and_restore(
    client: Client, source: Path, work: Path, console: Console
) -> Comparison:
    await client.sign_up(ids.token())
    volume = await client.add_volume("source", str(source))
    repository = await client.add_repository("demo", str(work / "data" / "repositories"))
    where = str(repository["shortId"])
    schedule = await client.add_schedule("demo", volume=volume, repository=where)
    console.print("Account, volume, repository and schedule are made")

    saved, saved_s = await _done(client, lambda: client.run(schedule), "Backup", console)
    identity = _part(_part(saved, "result"), "result").get("snapshot_id") or ""
    # A run that was cut off may have left a snapshot too.
    found = await client.snapshots(where, schedule)
    snapshot = next((one for one in found if identity.startswith(one["short_id"])), None)
    if snapshot is None:
        raise Failed(f"The snapshot {identity[:8]} of the backup is not in the list of snapshots.")
    target = work / "restored"

    def restore() -> Awaitable[str]:
        # What a restore that was cut off has written proves nothing.
        if target.exists():
            remove_folder(target)
        target.mkdir()
        return client.restore(where, snapshot["short_id"], str(target))

    _, restored_s = await _done(client, restore, "Restore", console)
    begun = clock.monotonic()
    comparison = await _compare(source, target, console)
    _print_summary(console, snapshot, saved_s, restored_s, clock.monotonic() - begun)
    return comparison


async def _done(
    client: Client, start: Callable[[], Awaitable[str]], label: str, console: Console
) -> tuple[Answer, float]:
    """Start a task and show it to its end, and again when it was cut off.

    Gives how it ended well, and the seconds that the last try took. Raises Failed when it did not.
    """
    for number in range(1, _TRIES + 1):
        begun = clock.monotonic()
        state = await _watch(client, await start(), f"{label:<7}", console)
        if state["status"] == "succeeded":
            warning = _part(state, "result").get("warningDetails")
            if warning:
                raise Failed(f"{label} ended with a warning: {warning}")
            return state, clock.monotonic() - begun
        reason = state["error"] or "no reason given"
        if state["status"] == "cancelled" or number == _TRIES:
            raise Failed(f"{label} {state['status']}: {reason}")
        first = str(reason).splitlines()[0].rstrip(".")
        console.print(f"{label} did not end well: {first}. Starting it again", markup=False)
    raise AssertionError("The last try either returns or raises.")


async def _watch(client: Client, task: str, label: str, console: Console) -> Answer:
    """Show the progress of a task until it has ended, and give its last state."""
    state: Answer = {}
    with _bar(console) as bar:
        shown = bar.add_task(label, total=None)
        async for state in client.follow(task):
            _advance(bar, shown, _part(_part(state, "progress"), "progress"))
        if state["status"] == "succeeded":
            size = _size(_part(_part(state, "result"), "result"))
            bar.update(shown, total=size, completed=size)
    return state


def _size(result: Answer) -> int:
    return result.get("total_bytes_processed") or result.get("total_bytes") or 1


def _part(answer: Answer, name: str) -> Answer:
    """An object within an answer; empty when it is null or absent."""
    part: Answer | None = answer.get(name)
    return part or {}


def _advance(bar: Progress, shown: TaskID, progress: Answer) -> None:
    total = progress.get("total_bytes")
    if total:
        done = progress.get("bytes_done", progress.get("bytes_restored", 0))
        bar.update(shown, total=total, completed=done)


async def _compare(source: Path, target: Path, console: Console) -> Comparison:
    size, _ = await _apart(lambda check: _measure(source, check))
    with _bar(console) as bar:
        shown = bar.add_task("Compare", total=size)

        def work(check: Callable[[], None]) -> Comparison:
            def advance(size_bytes: int) -> None:
                check()
                bar.advance(shown, size_bytes)

            return compare(source, target, advance)

        return await _apart(work)


async def _apart(work: Callable[[Callable[[], None]], T]) -> T:
    """Do in a thread what reads whole folders: Ctrl-C must not wait for that.

    work        calls what it is given now and then; that raises once nobody waits any more.
    """
    gone = threading.Event()

    def check() -> None:
        if gone.is_set():
            raise _Unwanted

    try:
        return await asyncio.to_thread(work, check)
    finally:
        gone.set()


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _print_summary(
    console: Console, snapshot: Answer, saved_s: float, restored_s: float, compared_s: float
) -> None:
    summary = _part(snapshot, "summary")
    table = Table(title=f"Snapshot {snapshot['short_id']}", show_header=False)
    for label, value in (
        ("Paths", ", ".join(snapshot["paths"])),
        ("Files", f"{summary.get('total_files_processed', 0)}"),
        ("Size", decimal(summary.get("total_bytes_processed", snapshot["size"]))),
        ("Stored in the repository", decimal(summary.get("data_added_packed", 0))),
        ("Backup, from the request to its end", f"{saved_s:.1f} s"),
        ("Restore, from the request to its end", f"{restored_s:.1f} s"),
        ("Comparison", f"{compared_s:.1f} s"),
    ):
        table.add_row(label, value)
    console.print(table)


@contextmanager
def _work_folder(source: Path | None) -> Generator[tuple[Path, Path]]:
    """A folder to work in beside the source, gone afterwards; and the source itself."""
    if source is not None:
        source = source.resolve()
        if not source.is_dir():
            raise Invalid(f"{source} is not a folder.")
        if source == source.parent:
            raise Invalid("The whole file system cannot be the source: no place is beside it.")
    near = source.parent if source and _can_work_in(source.parent) else None
    work = Path(tempfile.mkdtemp(prefix=".zerobyte-demo-", dir=near)).resolve()
    try:
        if source is not None and work.is_relative_to(source):
            raise Invalid(f"{source.parent} cannot be written, and {work.parent} is in the source.")
        yield source or _sample(work / "sample"), work
    finally:
        remove_folder(work)


def _can_work_in(folder: Path) -> bool:
    """Whether we may write there, and the platform would restore to there."""
    return os.access(folder, os.W_OK) and not _SYSTEM.intersection(folder.parts[1:2])


def _sample(folder: Path) -> Path:
    """Two hundred small files, one larger, links and an empty folder."""
    for number in range(200):
        place = folder / f"folder {number % 10}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"file {number}.txt").write_text(f"{number}\n" * number)
    (folder / "random.bin").write_bytes(os.urandom(32 * 1024 * 1024))
    (folder / "empty").mkdir()
    (folder / "link to random.bin").symlink_to("random.bin")
    (folder / "hard link to random.bin").hardlink_to(folder / "random.bin")
    return folder


def _measure(folder: Path, check: Callable[[], None]) -> tuple[int, int]:
    """Bytes and number of the files in a folder."""
    size_bytes, number = 0, 0
    for place, _, names in os.walk(folder):
        check()
        number += len(names)
        size_bytes += sum((Path(place) / name).lstat().st_size for name in names)
    return size_bytes, number


def _check_space(work: Path, size_bytes: int) -> None:
    needed = 2 * size_bytes + 512 * 1024 * 1024
    free = shutil.disk_usage(work).free
    if free < needed:
        raise Invalid(
            f"The repository and the restored copy need {decimal(needed)}; "
            f"{work.parent} has {decimal(free)} free."
        )
