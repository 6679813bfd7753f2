"""`restic restore`: write a snapshot, or part of it, to a folder."""

import asyncio
import contextlib
import posixpath
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError

from zerobyte.contract.jobs import OverwriteMode
from zerobyte.contract.restic_output import RestoreProgress, RestoreSummary
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import blocking
from zerobyte.core.aio import throttled
from zerobyte.core.errors import Invalid
from zerobyte.core.process import Identity
from zerobyte.restic import deletions, dry_run, escaping, excludes, lockless, ls, names, patterns
from zerobyte.restic.errors import ResticError, as_message, readable_line
from zerobyte.restic.repository import Repository, Session

_HOLDS_OURS: Final = (
    "The snapshot holds data of Zerobyte itself ({path}), which the restore would overwrite. "
    "Choose the files and folders to restore, or restore to another folder."
)
_IN_THE_WAY: Final = (
    'The snapshot holds a folder where {path} is no folder now. With overwrite "{mode}" nothing '
    "there may be replaced: move it away, or restore to another folder."
)
_KEEPING: Final = ("never", "if-newer")
"""Modes that promise to keep existing entries, although restic replaces files by folders."""
_LONG: Final = 16 * 1024
"""Lists of paths or patterns with more characters than this go to restic in a file."""
CheckRoots = Callable[[Sequence[str]], Awaitable[Sequence[str]]]
"""Takes the absolute paths that the restore writes to (real bytes) and raises to refuse one.

Returns absolute paths below them that must not change: the restore is refused if the snapshot
holds one of them.
"""


def argv(
    repository: Repository,
    snapshot_id: str,
    *,
    target: str,
    base_path: str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    exclude_xattr: Sequence[str] = (),
    delete: bool = False,
    overwrite: OverwriteMode = "always",
    dry_run: bool = False,
    no_lock: bool = False,
    include_file: str | None = None,
    exclude_file: str | None = None,
) -> list[str]:
    """Return the command.

    target      absolute folder; "/" is the original path.
    base_path   the folder inside the snapshot that becomes `target`; None: its root.
    include     absolute paths inside the snapshot, literal: exactly these and everything below
                them, never entries of the same name deeper down. Empty: everything.
    exclude     restic patterns, unchanged; see `Plan.relative_excludes`.
    delete      remove entries from the restored folders that the snapshot does not hold.
    dry_run     write nothing and list the planned changes; takes no lock.
    no_lock     for a repository on storage that accepts no lock file.
    include_file, exclude_file  files with the lists, see `file_lines`.

    Files become sparse where they hold zeros: restic does not record which files were sparse.

    Raises
        Invalid     a path is not absolute or lies outside `base_path`; include and exclude are
                    both given, but restic accepts one; "/" as target without include.
    """
    target = _absolute(target)
    base = _absolute(base_path or "/")
    chosen = [_absolute(path) for path in include]
    if base in chosen:
        chosen = []
    if chosen and exclude:
        raise Invalid("A restore takes either chosen paths or excluded patterns, not both.")
    if target == "/" and base == "/" and not chosen:
        # restic would write and replace every folder of the tree, links to other disks included.
        raise Invalid("A restore to the original location needs chosen paths.")
    reference = escaping.snapshot(snapshot_id)
    if base != "/":
        reference = f"{reference}:{base}"
    included = [escaping.literal(_relative(path, base)) for path in chosen]
    excluded = list(exclude)
    if include_file is not None:
        included = [one for one in included if escaping.unescaped_break(one)]
    if exclude_file is not None:
        excluded = [one for one in excluded if escaping.unescaped_break(one)]
    return [
        *("restore", "--json", *(["--no-lock"] if dry_run or no_lock else repository.lock_flags)),
        *(f"--target={target}", f"--overwrite={overwrite}", "--sparse"),
        *(["--delete"] if delete else []),
        *(["--dry-run", "-vv"] if dry_run else []),
        *([f"--include-file={include_file}"] if chosen and include_file is not None else []),
        *([f"--exclude-file={exclude_file}"] if exclude and exclude_file is not None else []),
        *(f"--include={pattern}" for pattern in included),
        *(f"--exclude={pattern}" for pattern in excluded),
        *(f"--exclude-xattr={pattern}" for pattern in exclude_xattr),
        *("--", reference),
    ]


def file_lines(entries: Sequence[str]) -> str:
    """Return the patterns as lines of a file, without those that contain a line break."""
    return "".join(
        f"{patterns.file_line(one)}\n" for one in entries if not escaping.unescaped_break(one)
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """The parameters of one restore; the fields are those of `argv`.

    selection   the selection of the backup: `delete` keeps entries that the backup never read.
                None if unknown; then everything on the target's file system may be removed.
    """

    snapshot_id: str
    target: str
    base_path: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_xattr: tuple[str, ...] = ()
    overwrite: OverwriteMode = "always"
    selection: BackupSelection | None = None

    @property
    def roots(self) -> list[str]:
        """Return the folders and files below which the restore writes."""
        return written_roots(self.target, base_path=self.base_path, include=self.include)

    @property
    def relative_excludes(self) -> list[str]:
        """Return the exclude patterns relative to the restored folder."""
        base = _absolute(self.base_path or "/")
        return [one for pattern in self.exclude for one in excludes.below(pattern, base)]

    @property
    def rules(self) -> deletions.Rules:
        """Return the rules for the removal of entries."""
        return deletions.Rules(
            self.roots,
            _absolute(self.target),
            _absolute(self.base_path or "/"),
            self.selection,
            self.relative_excludes,
        )

    async def with_real_names(self, session: Session) -> "Plan":
        """Return the plan with the real bytes of names listed with U+FFFD. Raises Invalid."""
        base = self.base_path or "/"
        real = await names.resolve(session, self.snapshot_id, [base, *self.include])
        if not real:
            return self
        target = real.get(base, base) if self.target == base else self.target
        return replace(
            self,
            target=target,
            base_path=real.get(base, self.base_path),
            include=tuple(real.get(path, path) for path in self.include),
        )

    def command(
        self,
        repository: Repository,
        session: Session,
        *,
        delete: bool = False,
        dry_run: bool = False,
        no_lock: bool = False,
    ) -> list[str]:
        """Return the command; writes long lists into the session's folder."""
        purpose = "plan" if dry_run else "unlocked" if no_lock else "restore"

        def listed(kind: str, entries: Sequence[str]) -> str | None:
            if sum(map(len, entries)) < _LONG:
                return None
            return str(session.folder.write(f"{purpose}-{kind}.txt", file_lines(entries)))

        base = _absolute(self.base_path or "/")
        literal = [escaping.literal(_relative(_absolute(one), base)) for one in self.include]
        return argv(
            repository,
            self.snapshot_id,
            target=self.target,
            base_path=self.base_path,
            include=self.include,
            exclude=self.relative_excludes,
            exclude_xattr=self.exclude_xattr,
            delete=delete,
            overwrite=self.overwrite,
            dry_run=dry_run,
            no_lock=no_lock,
            include_file=listed("include", literal),
            exclude_file=listed("exclude", self.relative_excludes),
        )


async def run(
    repository: Repository,
    snapshot_id: str,
    *,
    target: str,
    base_path: str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    exclude_xattr: Sequence[str] = (),
    delete: bool = False,
    selection: BackupSelection | None = None,
    overwrite: OverwriteMode = "always",
    check_roots: CheckRoots | None = None,
    on_status: Callable[[RestoreProgress], Awaitable[None]] | None = None,
    status_every_s: float = 0.5,
    on_start: Callable[[Identity], None] | None = None,
    on_removed: Callable[[deletions.Removed], None] | None = None,
    stop: asyncio.Event | None = None,
) -> RestoreSummary:
    """Write the chosen part of a snapshot below `target`; arguments as in `argv` and `Plan`.

    check_roots         see `CheckRoots`; called right before restic starts.
    on_status           called with the newest status only; a slow callback does not slow restic.
    on_removed          called with the result of `delete`.

    Entries are removed last, after everything was restored.

    Raises
        Invalid             see `argv`; or the snapshot holds a path that must not change, or a
                            folder where `overwrite` keeps an existing file.
        SnapshotMissing     there is no such snapshot.
        Interrupted         `stop` was set; the files written so far stay.
        ResticError         any other exit, such as a file that could not be written.
    """
    plan = Plan(
        snapshot_id, target, base_path, tuple(include), tuple(exclude), tuple(exclude_xattr),
        overwrite, selection,
    )  # fmt: skip
    # Refuse contradictory arguments before anything is started.
    argv(
        repository, snapshot_id, target=target, base_path=base_path, include=include,
        exclude=exclude, exclude_xattr=exclude_xattr, delete=delete, overwrite=overwrite,
    )  # fmt: skip
    with repository.session() as session:
        plan = await plan.with_real_names(session)
        if check_roots is not None:
            untouched = await check_roots(plan.roots)
            await _refuse_snapshot_that_holds(repository, plan, untouched, stop=stop)
        removable: list[str] = []
        if delete or overwrite in _KEEPING:
            removable = await _dry_run(repository, session, plan, delete=delete, stop=stop)
            if check_roots is not None:
                # The dry run may take minutes, in which a link of the path can change.
                await check_roots(plan.roots)
        async with throttled(on_status, every_s=status_every_s) as offer:
            summary = await _run_restore(
                repository, session, plan, offer=offer, on_start=on_start, stop=stop
            )
    if removable:
        removed = await deletions.remove_all(removable, plan.rules, stop=stop)
        summary.files_deleted = removed.count
        if on_removed is not None:
            on_removed(removed)
    return summary


async def count_removable(
    repository: Repository, plan: Plan, *, stop: asyncio.Event | None = None
) -> int:
    """Return how many entries a restore with `delete` would remove; changes nothing.

    Raises
        Invalid, Unavailable, ResticError   as `run` does.
    """
    with repository.session() as session:
        plan = await plan.with_real_names(session)
        candidates = await _dry_run(repository, session, plan, stop=stop)
    return await deletions.count(candidates, plan.rules)


async def _dry_run(
    repository: Repository,
    session: Session,
    plan: Plan,
    *,
    delete: bool = True,
    stop: asyncio.Event | None,
) -> list[str]:
    command = plan.command(repository, session, delete=True, dry_run=True)
    found = await dry_run.run(session, command, delete=delete, stop=stop)
    if found.in_the_way and plan.overwrite in _KEEPING:
        raise Invalid(_IN_THE_WAY.format(path=found.in_the_way[0], mode=plan.overwrite))
    return found.removable


async def _run_restore(
    repository: Repository,
    session: Session,
    plan: Plan,
    *,
    offer: Callable[[RestoreProgress], None],
    on_start: Callable[[Identity], None] | None,
    stop: asyncio.Event | None,
) -> RestoreSummary:
    summary: list[RestoreSummary] = []

    def on_line(line: bytes) -> None:
        message = as_message(line) or {}
        with contextlib.suppress(ValidationError):
            if message.get("message_type") == "status":
                offer(RestoreProgress.model_validate(message))
            elif message.get("message_type") == "summary":
                summary.append(RestoreSummary.model_validate(message))

    takes_locks = await blocking.run_blocking_on_path(
        lambda: lockless.takes_locks(repository), path=plan.target
    )
    async with lockless.stoppable(stop) as ending:
        refused: list[bytes] = []

        def on_stderr_line(line: bytes) -> None:
            # restic would retry for 15 minutes to write a lock that is not allowed.
            if lockless.is_refusal(line):
                refused.append(line)
                ending.set()

        command = plan.command(repository, session, no_lock=not takes_locks)
        try:
            ended = await session.run(
                command,
                on_line=on_line,
                on_stderr_line=on_stderr_line,
                on_start=on_start,
                stop=ending,
            )
        except ResticError as error:
            is_ours = bool(refused) and not (stop is not None and stop.is_set())
            if not takes_locks or not (is_ours or lockless.is_refused_lock(error)):
                raise
            command = plan.command(repository, session, no_lock=True)
            ended = await session.run(command, on_line=on_line, on_start=on_start, stop=stop)
    if not summary:
        raise ResticError(
            "Restic ended without saying what it restored.",
            exit_code=ended.code,
            tail=[readable_line(line) for line in ended.stderr_tail],
        )
    return summary[-1]


def written_roots(
    target: str, *, base_path: str | None = None, include: Sequence[str] = ()
) -> list[str]:
    """Return the folders and files below which a restore may write."""
    base = _absolute(base_path or "/")
    chosen = [_absolute(path) for path in include]
    if not chosen or base in chosen:
        return [_absolute(target)]
    return [posixpath.normpath(f"{target}/{_relative(path, base)}") for path in chosen]


async def _refuse_snapshot_that_holds(
    repository: Repository, plan: Plan, paths: Sequence[str], *, stop: asyncio.Event | None
) -> None:
    """Refuse a snapshot that holds one of these paths."""
    target, base = _absolute(plan.target), _absolute(plan.base_path or "/")
    for written_path in paths:
        path = posixpath.normpath(f"{base}/{_relative(written_path, target)}")
        if await ls.holds(repository, plan.snapshot_id, path, stop=stop):
            raise Invalid(_HOLDS_OURS.format(path=path))


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _absolute(path: str) -> str:
    if not path.startswith("/") or "\0" in path:
        raise Invalid(f'Path "{path}" is not absolute.')
    # normpath keeps two leading slashes, as POSIX allows; here they mean one.
    return posixpath.normpath("/" + path.lstrip("/"))


def _relative(path: str, base: str) -> str:
    if not _is_at_or_below(path, base):
        raise Invalid(f'Path "{path}" is outside the restored folder.')
    return path if base == "/" else path[len(base) :]
