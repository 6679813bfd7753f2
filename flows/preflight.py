"""Checks of a source before its backup, and of the snapshot after it (T8).

Refuses sources that would give an empty snapshot: a missing folder, or a share that is unmounted,
hangs or is suddenly empty. A child process reads a folder that may hang, because a system call on a
hung mount never returns. A thread reads folders on disks of this host: a child starts more slowly.
"""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Final

import orjson

from flows import source_probe
from flows.outcome import PreconditionFailed
from zerobyte.contract.jobs import Source
from zerobyte.contract.restic_output import BackupSummary
from zerobyte.core import blocking, process, protected_paths, real_paths
from zerobyte.core.errors import Unavailable, ZerobyteError
from zerobyte.hosts import verbs
from zerobyte.restic import forget_policy

CHECK_TIMEOUT_S: Final = 5.0
START_TIMEOUT_S: Final = 30.0
_KILL_TIMEOUT_S: Final = 2.0
_ABANDONED: set["asyncio.Task[process.Exit]"] = set()
"""Checks whose child hangs in a system call that no signal ends; kept until it returns."""

_PROGRAM: Final = str(Path(source_probe.__file__))
_MISSING: Final = (2, 20)
_DENIED: Final = (1, 13)


async def check(source: Source, *, stop: asyncio.Event | None = None) -> None:
    """Check that the source may be backed up.

    Raises
        PreconditionFailed  names the reason.
    """
    if source.blocked_reason is not None:
        raise _refuse(source, source.blocked_reason, "volume may not be read now")
    findings = await _look(source, stop)
    number = findings.get("errno")
    if number in _MISSING:
        kind = "is not a folder" if number == _MISSING[1] else "does not exist"
        raise _refuse(source, f"The source folder {source.path} {kind}", f"folder {kind}")
    if number in _DENIED:
        raise _refuse(
            source,
            f"The source folder {source.path} cannot be read: permission denied",
            "folder cannot be read",
        )
    if number is not None:
        raise _refuse(
            source,
            f"The source folder {source.path} cannot be read: {findings['reason']}",
            "folder cannot be read",
        )
    await _require_mounted(source, is_mounted=bool(findings["is_mount"]))
    if not findings["has_entries"] and source.previous_files:
        raise _refuse(
            source,
            f"The source folder {source.path} is empty, but the last backup held "
            f"{source.previous_files} files. If that is right, make a new schedule for it; "
            "if not, see whether the volume is mounted",
            "folder is empty, and was not at the last backup",
        )


async def _require_mounted(source: Source, *, is_mounted: bool) -> None:
    """Fail if the folder is an empty mount point, or if another share is mounted there."""
    if source.config.backend == "directory":
        return
    if not is_mounted:
        raise _refuse(source, "Volume is not mounted", "volume is not mounted")
    try:
        await verbs.require_mounted(source.config, Path(source.path))
    except ZerobyteError as error:
        raise _refuse(source, error.message, "volume is not mounted as configured") from None


def is_suspect(summary: BackupSummary | None, previous_files: int | None) -> bool:
    """Return True if the snapshot is suspect, so that retention must not count it."""
    return summary is not None and forget_policy.is_suspect(
        summary.total_files_processed, previous_files
    )


async def _look(source: Source, stop: asyncio.Event | None) -> dict[str, object]:
    path = source.path

    def look_if_local() -> dict[str, object] | None:
        if not real_paths.is_local(path):
            return None
        findings = source_probe.look_at(path)
        check_path(source, path)
        return findings

    try:
        findings = await blocking.run_blocking(look_if_local, limit_s=START_TIMEOUT_S)
    except TimeoutError:
        reason = f"the check did not end within {START_TIMEOUT_S:.0f} seconds"
        raise _not_checked(path, reason) from None
    except Unavailable as error:
        raise _not_checked(path, error.message) from None
    if findings is None:
        findings = await _look_in_child(path, stop)
        await blocking.run_blocking_on_path(lambda: check_path(source, path), path=path)
    return findings


async def _look_in_child(path: str, stop: asyncio.Event | None) -> dict[str, object]:
    lines: list[bytes] = []
    started = asyncio.Event()

    def on_line(line: bytes) -> None:
        lines.append(line)
        started.set()

    command = [sys.executable, "-I", "-S", _PROGRAM, path]
    running = process.run(command, grace_s=0.2, stop=stop, on_stdout_line=on_line)
    task = asyncio.create_task(running, name="preflight")
    _ABANDONED.add(task)
    task.add_done_callback(_ABANDONED.discard)
    starting = asyncio.create_task(started.wait())
    try:
        await asyncio.wait(
            {task, starting}, timeout=START_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED
        )
        # The child prints a line before it touches the storage: until then the host is slow.
        if not task.done() and not started.is_set():
            raise _not_checked(
                path, f"the check did not start within {START_TIMEOUT_S:.0f} seconds"
            )
        await asyncio.wait({task}, timeout=CHECK_TIMEOUT_S)
        if not task.done():
            raise PreconditionFailed(
                f"The source folder {path} does not answer within {CHECK_TIMEOUT_S:.0f} seconds. "
                "The storage behind it hangs; mount the volume again.",
                public="The source does not answer: the storage behind it hangs.",
            )
    finally:
        starting.cancel()
        if not task.done():
            task.cancel()
            # If no signal ends the child, stop waiting for it.
            await asyncio.wait({task}, timeout=_KILL_TIMEOUT_S)
    return _parse_result(path, task, lines)


def _parse_result(
    path: str, task: "asyncio.Task[process.Exit]", lines: list[bytes]
) -> dict[str, object]:
    """Return the child's findings. Raises PreconditionFailed if the check did not run."""
    failure = task.exception()
    if isinstance(failure, ZerobyteError):
        raise _not_checked(path, failure.message)
    exited = task.result()
    if len(lines) > 1:
        with contextlib.suppress(orjson.JSONDecodeError):
            return orjson.loads(lines[-1])
    if exited.was_stopped:
        raise PreconditionFailed("The check of the source was stopped.", public="It was stopped.")
    last = exited.stderr_tail[-1] if exited.stderr_tail else "it printed nothing"
    raise _not_checked(path, f"the check ended with code {exited.code}: {last}")


def _not_checked(path: str, reason: str) -> PreconditionFailed:
    """Return the error for a check that did not run because of a fault of this host."""
    return PreconditionFailed(
        f"The source folder {path} could not be checked: {reason}. The storage is not known to be "
        "at fault; look at this host's load and memory, and run the backup again.",
        public="The source could not be checked, because of a fault on its host.",
    )


def check_path(source: Source, path: str) -> None:
    """Check a real path against protected folders and allowed roots, on the host that reads it.

    Called again right before restic starts: during the pre hook and the pauses before retries the
    folder may be replaced by a link.

    Raises
        PreconditionFailed  the source may not be read there.
    """
    if protected_paths.refused_to_read(path, ()):
        raise _refuse(source, f"The source folder {path} is protected", "folder is protected")
    roots = source.allowed_roots
    if roots is not None and not protected_paths.is_allowed(path, roots):
        raise _refuse(
            source,
            f"The source folder {path} lies outside the folders that this organization may "
            "use on this host; ask an instance admin to allow it",
            "folder is not allowed for this organization",
        )


def _refuse(source: Source, message: str, public_reason: str) -> PreconditionFailed:
    return PreconditionFailed(
        f"{message}. (Volume {source.volume_name})",
        public=f"The backup was refused: the {public_reason}.",
    )
