"""`restic backup`: save one folder as a new snapshot."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.repositories import LocalConfig
from zerobyte.contract.restic_output import (
    BackupProgress,
    BackupSummary,
    SnapshotRecord,
    SnapshotSummary,
)
from zerobyte.core import blocking
from zerobyte.core.aio import throttled
from zerobyte.core.errors import Unavailable
from zerobyte.core.process import Exit, Identity, SecretFolder
from zerobyte.restic import escaping, extra_flags, includes, patterns
from zerobyte.restic.errors import (
    PartialBackup,
    ResticError,
    SnapshotMissing,
    as_message,
    readable_line,
    unreadable_item,
)
from zerobyte.restic.patterns import PatternFiles
from zerobyte.restic.repository import Repository

_MOST_UNREADABLE: Final = 100
# restic ends with 0 even if some of the paths and patterns do not exist.
_NO_MATCH: Final = b" does not match any files, skipping"
_NOT_FOUND: Final = (b" does not exist, skipping", _NO_MATCH)
# restic has no negation in lists of includes, so such a pattern is expected to match nothing.
_NEGATED: Final = b'pattern "!'
_PATTERNS_S: Final = 120.0
"""Time limit for the expansion of include patterns, which may visit many folders."""


def argv(
    repository: Repository,
    source: Path,
    *,
    tag: str,
    hostname: str,
    options: BackupOptions,
    raw: Path | None = None,
    globs: Path | None = None,
    excludes: Path | None = None,
    ignore_inode: bool = False,
    parent: str | None = None,
    rereads: bool = False,
    dry_run: bool = False,
) -> list[str]:
    """Return the command.

    raw, globs, excludes    files of `zerobyte.restic.patterns`; without the first two the whole
                            folder is saved.
    ignore_inode            for file systems with unstable inode numbers (FUSE), where restic would
                            read unchanged files again each time.
    parent                  id of the snapshot whose unchanged files are not read again.
    rereads                 read every file. With neither, restic takes the newest snapshot of
                            the same host and path as parent, even if another source made it.
    dry_run                 save nothing and only report the figures.

    Raises
        Invalid     a custom parameter is not permitted.
    """
    mode = options.compression_mode or repository.access.compression_mode
    custom = extra_flags.arguments(options.custom_restic_params)
    command = [
        *("backup", "--json", *repository.lock_flags),
        *(f"--compression={mode}", f"--host={hostname}", f"--tag={escaping.tag(tag)}"),
    ]
    if dry_run:
        command.append("--dry-run")
    if options.one_file_system:
        command.append("--one-file-system")
    if excludes is not None:
        command.append(f"--exclude-file={excludes}")
    command += [f"--exclude-if-present={name}" for name in options.exclude_if_present]
    command += custom
    if ignore_inode and "--ignore-inode" not in custom:
        command.append("--ignore-inode")
    if "--force" not in custom:
        if rereads:
            command.append("--force")
        elif parent is not None:
            command.append(f"--parent={escaping.snapshot(parent)}")
    if raw is not None:
        command.append(f"--files-from-raw={raw}")
    if globs is not None:
        command.append(f"--files-from={globs}")
    return command if raw or globs else [*command, "--", str(source)]


async def run(
    repository: Repository,
    source: Path,
    *,
    tag: str,
    hostname: str,
    options: BackupOptions | None = None,
    excluded_folders: Sequence[str] = (),
    ignore_inode: bool = False,
    parent: str | None = None,
    rereads: bool = False,
    dry_run: bool = False,
    on_status: Callable[[BackupProgress], Awaitable[None]] | None = None,
    status_every_s: float = 0.5,
    on_start: Callable[[Identity], None] | None = None,
    check_source: Callable[[Path], None] | None = None,
    stop: asyncio.Event | None = None,
) -> BackupSummary:
    """Save one folder as a new snapshot and return the summary of restic.

    source              absolute folder, or a link to one. Links below it are saved as links; an
                        include path or pattern that leaves it is refused.
    tag                 the schedule's short id: retention selects snapshots by it.
    excluded_folders    absolute folders of our own; the cache, the secret folders and a local
                        repository are always excluded.
    parent, rereads, dry_run    see `argv`. If the parent no longer exists, every file is read.
    on_status           called with the newest status only; a slow callback does not slow restic.
    check_source        called in a thread with the real folder right before restic starts; raises
                        if the folder may not be read.
    stop                once set, restic is interrupted and removes its lock; `run` waits for it.

    Returns the final summary: sizes in bytes, duration in seconds, `snapshot_id` 64 hex digits
    (None if nothing changed and the schedule skips unchanged snapshots).

    Raises
        PartialBackup       the snapshot exists, but items could not be read, included paths do
                            not exist or include patterns match nothing; `.summary` and
                            `.unreadable` are set.
        RepositoryLocked    after waiting for the lock.
        Interrupted         `stop` was set; no snapshot was made.
        ResticError         any other exit; `.tail` holds the last redacted stderr lines.
        Invalid             an option of the schedule cannot be used.
        Unavailable         the folder does not answer.
        CancelledError      after the child was interrupted and has exited.

    Source: restic manual, "Scripting". Tests: tests/integration/restic/test_backup.py.
    """
    options, unresolved = options or BackupOptions(), source
    # The volume may be a network share that hangs, which must not block the event loop.
    source = await blocking.run_blocking_on_path(
        lambda: _checked_source(unresolved, check_source), path=str(source)
    )
    own = await blocking.run_blocking_on_path(
        lambda: includes.check(source, options, _own_folders(repository, excluded_folders)),
        path=str(source),
        limit_s=_PATTERNS_S if options.include_patterns else None,
    )
    files = patterns.build(source, options, excluded_folders=own)
    output = _Output()
    async with throttled(on_status, every_s=status_every_s) as offer:
        output.offer = offer
        with repository.session() as session:
            command = partial(
                argv,
                repository,
                source,
                tag=tag,
                hostname=hostname,
                options=options,
                ignore_inode=ignore_inode,
                dry_run=dry_run,
                **_write(files, session.folder),
            )
            save = partial(
                session.run,
                accept=(0, 3),
                on_line=output.on_line,
                on_stderr_line=output.on_stderr_line,
                on_start=on_start,
                stop=stop,
            )
            try:
                ended = await save(command(parent=parent, rereads=rereads))
            except ResticError as error:
                if parent is None or not _is_parent_missing(error):
                    raise
                ended = await save(command(rereads=True))
    return _summary_of(output, ended)


def _summary_of(output: "_Output", ended: Exit) -> BackupSummary:
    """Return the summary. Raises PartialBackup or ResticError."""
    if output.summary is None:
        raise ResticError(
            "Restic ended without saying what it saved.",
            exit_code=ended.code,
            tail=[readable_line(line) for line in ended.stderr_tail],
        )
    if ended.code == 3 or output.count:
        raise PartialBackup(
            output.summary,
            unreadable=output.unreadable,
            unreadable_count=output.count,
            unmatched_count=output.unmatched,
            tail=[readable_line(line) for line in ended.stderr_tail],
        )
    return output.summary


async def record_of(
    summary: BackupSummary, source: Path, *, tag: str, hostname: str, options: BackupOptions
) -> SnapshotRecord | None:
    """Return the record of a new snapshot as `restic snapshots` would print it, or None.

    It saves a call of restic, which takes as long as a small backup. None if there is no snapshot,
    if restic chose the paths itself, or if the source hangs: then the caller must ask restic.

    Source: restic 0.18, a snapshot's time is its summary's `backup_start`. Tests:
    tests/integration/restic/test_backup.py.
    """
    chosen = options.include_paths or options.include_patterns
    if chosen or not (summary.snapshot_id and summary.backup_start and summary.backup_end):
        return None
    try:
        listed = await blocking.run_blocking_on_path(lambda: _listed(source), path=str(source))
    except Unavailable:
        return None  # the snapshot exists even if its source hangs now
    counts = {name: getattr(summary, name) for name in SnapshotSummary.model_fields}
    return SnapshotRecord(
        id=summary.snapshot_id,
        short_id=summary.snapshot_id[:8],
        time=summary.backup_start,
        hostname=hostname,
        paths=[listed],
        tags=[tag],
        summary=SnapshotSummary.model_validate(counts),
    )


@dataclass
class _Output:
    """The parsed output of restic so far."""

    summary: BackupSummary | None = None
    unreadable: list[str] = field(default_factory=list[str])
    count: int = 0
    unmatched: int = 0
    offer: Callable[[BackupProgress], None] | None = None

    def on_line(self, line: bytes) -> None:
        # Verbose runs print one line per file, which we do not need to parse.
        if b'"message_type":"verbose_status"' in line[:64]:
            return
        if (message := as_message(line)) is not None:
            self._on_message(message)

    def on_stderr_line(self, line: bytes) -> None:
        message = as_message(line)
        if message is not None:
            self._on_message(message)
        elif line.endswith(_NOT_FOUND) and not line.startswith(_NEGATED):
            self.unmatched += line.endswith(_NO_MATCH)
            self._add(line.decode(errors="replace"))

    def _on_message(self, message: dict[str, Any]) -> None:
        kind = message.get("message_type")
        try:
            if kind == "status" and self.offer:
                self.offer(BackupProgress.model_validate(message))
            elif kind == "summary":
                # A dry run names a snapshot that it did not write.
                absent = {"snapshot_id": None} if message.get("dry_run") else {}
                self.summary = BackupSummary.model_validate({**message, **absent})
        except ValidationError:
            return
        # The scan only estimates the size; the archiver reports its unreadable items again.
        if kind == "error" and message.get("during") != "scan":
            self._add(unreadable_item(message))

    def _add(self, text: str) -> None:
        self.count += 1
        if len(self.unreadable) < _MOST_UNREADABLE:
            self.unreadable.append(text[:2000])


def _is_parent_missing(error: ResticError) -> bool:
    """Return True if restic could not load the parent, which it does before it reads a file."""
    if isinstance(error, SnapshotMissing):
        return True
    is_plain_failure = type(error) is ResticError and error.exit_code == 1
    return is_plain_failure and any("failed to load snapshot" in line for line in error.tail)


def _write(files: PatternFiles, folder: SecretFolder) -> dict[str, Path]:
    contents = {"raw": files.raw, "globs": files.globs, "excludes": files.excludes}
    return {name: folder.write(name, content) for name, content in contents.items() if content}


def _resolved(source: Path) -> Path:
    """Resolve a link, because restic would save the link alone, not the folder behind it."""
    return source.resolve() if source.is_symlink() else source


def _checked_source(source: Path, check: Callable[[Path], None] | None) -> Path:
    resolved = _resolved(source)
    if check is not None:
        check(resolved)
    return resolved


def _listed(source: Path) -> str:
    """Return the source path as restic writes it into the snapshot."""
    return os.path.normpath(_resolved(source))


def _own_folders(repository: Repository, more: Sequence[str]) -> set[str]:
    """Return our folders on this host, which no backup reads."""
    own = {*more, str(repository.tools.cache_dir), str(repository.tools.run_dir)}
    if isinstance(repository.access.config, LocalConfig):
        own.add(repository.access.config.path)
    return own
