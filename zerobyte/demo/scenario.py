"""The steps of the demo: one backup, one restore and a comparison, shown on the terminal.

It never writes to the source.
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


class FoldersDiffer(Failed):
    """The restored folder differs from the source."""


class _CallerLeft(Exception):
    """Ends a thread whose caller no longer waits."""


async def demonstrate(source: Path | None, console: Console) -> None:
    """Back up `source`, restore it to a new folder and compare; None uses a sample.

    No process and no file is left behind, even after an error.

    Raises FoldersDiffer, Invalid if the source cannot be used, Failed for other errors.
    """
    with _work_folder(source) as (folder, work):
        size, files = await _in_thread(lambda check: _measure(folder, check))
        _check_space(work, size)
        console.print(f"Source: [bold]{folder}[/], {files} files, {decimal(size)}")
        console.print("Starting a temporary platform; the first start takes a while")

        def say(sentence: str) -> None:
            console.print(sentence, markup=False)

        # An interrupted demo needs no results, so running jobs get no time to finish.
        env = {"ZEROBYTE_DRAIN_GRACE": "1"}
        async with platform(work / "data", env=env, say=say) as running:
            console.print(f"Ready in {running.ready_s:.1f} s at {running.url}")
            async with signed_out_client(running.url, say=say) as client:
                comparison = await _save_and_restore(client, folder, work, console)
            console.print("Stopping the platform")
    if not comparison.is_same:
        raise FoldersDiffer(
            f"{comparison.count} differences:\n" + "\n".join(comparison.differences)
        )
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
    repository_id = str(repository["shortId"])
    schedule = await client.add_schedule("demo", volume=volume, repository=repository_id)
    console.print("Account, volume, repository and schedule are created")

    saved, saved_s = await _run_task(client, lambda: client.run(schedule), "Backup", console)
    identity = _part(_part(saved, "result"), "result").get("snapshot_id") or ""
    # An interrupted run may have left a snapshot too.
    rows = await client.snapshots(repository_id, schedule)
    snapshot = next((row for row in rows if identity.startswith(row["short_id"])), None)
    if snapshot is None:
        raise Failed(f"The snapshot {identity[:8]} of the backup is not in the list of snapshots.")
    target = work / "restored"

    def restore() -> Awaitable[str]:
        # The files of an interrupted restore prove nothing.
        if target.exists():
            remove_folder(target)
        target.mkdir()
        return client.restore(repository_id, snapshot["short_id"], str(target))

    _, restored_s = await _run_task(client, restore, "Restore", console)
    begun = clock.monotonic()
    comparison = await _compare(source, target, console)
    _print_summary(console, snapshot, saved_s, restored_s, clock.monotonic() - begun)
    return comparison


async def _run_task(
    client: Client, start: Callable[[], Awaitable[str]], label: str, console: Console
) -> tuple[Answer, float]:
    """Run a task and show its progress; repeat it if it was interrupted.

    Returns the final state and the seconds of the last try. Raises Failed if it did not succeed.
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
        console.print(f"{label} failed: {first}. Starting it again", markup=False)
    raise AssertionError("The last try either returns or raises.")


async def _watch(client: Client, task: str, label: str, console: Console) -> Answer:
    """Show the progress of a task until its end. Returns its last state."""
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
    """Return an object in a response; empty if it is null or absent."""
    part: Answer | None = answer.get(name)
    return part or {}


def _advance(bar: Progress, shown: TaskID, progress: Answer) -> None:
    total = progress.get("total_bytes")
    if total:
        done = progress.get("bytes_done", progress.get("bytes_restored", 0))
        bar.update(shown, total=total, completed=done)


async def _compare(source: Path, target: Path, console: Console) -> Comparison:
    size, _ = await _in_thread(lambda check: _measure(source, check))
    with _bar(console) as bar:
        shown = bar.add_task("Compare", total=size)

        def work(check: Callable[[], None]) -> Comparison:
            def advance(size_bytes: int) -> None:
                check()
                bar.advance(shown, size_bytes)

            return compare(source, target, advance)

        return await _in_thread(work)


async def _in_thread(work: Callable[[Callable[[], None]], T]) -> T:
    """Run work that reads whole folders in a thread, so that Ctrl-C need not wait for it.

    work        calls its argument often; that raises once the caller no longer waits.
    """
    cancelled = threading.Event()

    def check() -> None:
        if cancelled.is_set():
            raise _CallerLeft

    try:
        return await asyncio.to_thread(work, check)
    finally:
        cancelled.set()


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
    """Yield the source and a work folder beside it; remove the work folder afterwards."""
    if source is not None:
        source = source.resolve()
        if not source.is_dir():
            raise Invalid(f"{source} is not a folder.")
        if source == source.parent:
            raise Invalid("The whole file system cannot be the source: no folder is beside it.")
    near = source.parent if source and _can_work_in(source.parent) else None
    work = Path(tempfile.mkdtemp(prefix=".zerobyte-demo-", dir=near)).resolve()
    try:
        if source is not None and work.is_relative_to(source):
            raise Invalid(f"{source.parent} cannot be written, and {work.parent} is in the source.")
        yield source or _sample(work / "sample"), work
    finally:
        remove_folder(work)


def _can_work_in(folder: Path) -> bool:
    """Return True if the folder is writable and the platform may restore to it."""
    return os.access(folder, os.W_OK) and not _SYSTEM.intersection(folder.parts[1:2])


def _sample(folder: Path) -> Path:
    """Create a sample: 200 small files, a larger one, links and an empty folder."""
    for number in range(200):
        parent = folder / f"folder {number % 10}"
        parent.mkdir(parents=True, exist_ok=True)
        (parent / f"file {number}.txt").write_text(f"{number}\n" * number)
    (folder / "random.bin").write_bytes(os.urandom(32 * 1024 * 1024))
    (folder / "empty").mkdir()
    (folder / "link to random.bin").symlink_to("random.bin")
    (folder / "hard link to random.bin").hardlink_to(folder / "random.bin")
    return folder


def _measure(folder: Path, check: Callable[[], None]) -> tuple[int, int]:
    """Return the total bytes and the number of the files in a folder."""
    size_bytes, number = 0, 0
    for parent, _, names in os.walk(folder):
        check()
        number += len(names)
        size_bytes += sum((Path(parent) / name).lstat().st_size for name in names)
    return size_bytes, number


def _check_space(work: Path, size_bytes: int) -> None:
    needed = 2 * size_bytes + 512 * 1024 * 1024
    free = shutil.disk_usage(work).free
    if free < needed:
        raise Invalid(
            f"The repository and the restored copy need {decimal(needed)}; "
            f"{work.parent} has {decimal(free)} free."
        )
