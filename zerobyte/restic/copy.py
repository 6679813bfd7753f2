"""`restic copy`: copy the missing snapshots of one schedule to another repository.

Snapshots are matched by the id that they had when they were created, because a copy and a
snapshot with a new tag have ids of their own. restic saves each copied snapshot as it goes and
skips data that the mirror has, so an interrupted copy continues where it stopped.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from zerobyte.contract.restic_output import SnapshotRecord, missing_snapshots
from zerobyte.core import process
from zerobyte.core.errors import Invalid
from zerobyte.core.process import Exit, Identity
from zerobyte.restic import address_check, cat_config, escaping, place_check, snapshots
from zerobyte.restic.backend_env import Location
from zerobyte.restic.copy_location import Side, combined
from zerobyte.restic.errors import ResticError, SnapshotMissing, from_exit
from zerobyte.restic.repository import Repository, Session

_LOCKED: Final = 11
_AT_ONCE: Final = 5000
_RECORD: Final = TypeAdapter(SnapshotRecord)

SAME_REPOSITORY: Final = (
    "Source and mirror are the same repository, or one is a copy of its files. Choose a mirror "
    "that was created as a repository of its own"
)

OnMessage = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Copied:
    """The result of a copy.

    pairs           the copied snapshots: id in the source to id in the mirror.
    already_there   number of requested snapshots that the mirror had before.
    same_chunker    True if both cut files at the same places; None if nothing was missing.
    """

    pairs: dict[str, str]
    already_there: int
    same_chunker: bool | None


def argv(repository: Repository, ids: Sequence[str], *, extra: Sequence[str] = ()) -> list[str]:
    """Return the command; it takes a shared lock on both repositories.

    extra   the schedule's own flags that `copy` accepts, see `extra_flags.for_copy`.
    """
    named = [escaping.snapshot(one) for one in ids]
    return ["copy", *repository.lock_flags, *extra, "--", *named]


async def run(
    source: Repository,
    mirror: Repository,
    *,
    tag: str,
    ids: Collection[str] | None = None,
    extra: Sequence[str] = (),
    on_message: OnMessage | None = None,
    stop: asyncio.Event | None = None,
) -> Copied:
    """Copy the snapshots with a tag that the mirror lacks, and return where they are.

    ids     full ids of the only snapshots to copy; None copies all that are missing.

    Raises
        Invalid             both are the same repository, or restic cannot reach both at once.
        SnapshotMissing     the source has no snapshot of one of `ids` with this tag.
        Interrupted         `stop` was set; finished snapshots are in the mirror.
        ResticError         any other failure.

    Source: restic 0.18. Tests: tests/integration/restic/test_copy.py.
    """
    with source.session() as reader, mirror.session() as writer:
        wanted = await _records(reader, tag, stop)
        if ids is not None:
            wanted = _selected(wanted, ids)
        there = await _records(writer, tag, stop)
        lacking = missing_snapshots(wanted, there)
        same_chunker, pairs = None, dict[str, str]()
        if lacking:
            same_chunker = await _compare(reader, writer, stop)
            location = combined(
                Side.of(source.access.config, reader), Side.of(mirror.access.config, writer)
            )
            both = _Pair((source, mirror), (reader, writer), location, on_message, stop)
            names = [record.id for record in lacking]
            for start in range(0, len(names), _AT_ONCE):
                await both.run(argv(mirror, names[start : start + _AT_ONCE], extra=extra))
            pairs = _pairs(lacking, await _records(writer, tag, stop))
    return Copied(pairs, len(wanted) - len(lacking), same_chunker)


async def _records(session: Session, tag: str, stop: asyncio.Event | None) -> list[SnapshotRecord]:
    return await session.items(snapshots.argv(tag=tag), _RECORD, stop=stop)


def _selected(records: Sequence[SnapshotRecord], ids: Collection[str]) -> list[SnapshotRecord]:
    found = [record for record in records if record.known_ids & set(ids)]
    known = {name for record in found for name in record.known_ids}
    if not set(ids) <= known:
        raise SnapshotMissing("The source has no longer all of the snapshots to copy.")
    return found


async def _compare(reader: Session, writer: Session, stop: asyncio.Event | None) -> bool:
    """Return True if both repositories cut files at the same places. Raises Invalid."""
    one, other = [
        await session.document(cat_config.argv(), cat_config.HEADER, stop=stop)
        for session in (reader, writer)
    ]
    if one.id == other.id:
        raise Invalid(SAME_REPOSITORY)
    return one.chunker_polynomial == other.chunker_polynomial


def _pairs(copied: Sequence[SnapshotRecord], there: Sequence[SnapshotRecord]) -> dict[str, str]:
    """Return the id in the mirror of each copied snapshot, or raise ResticError if one lacks."""
    in_mirror = {name: record.id for record in there for name in record.known_ids}
    found: dict[str, str] = {}
    for record in copied:
        ids = [in_mirror[name] for name in record.known_ids if name in in_mirror]
        if not ids:
            raise ResticError(
                "Restic ended without an error, but the mirror lacks copied snapshots. "
                "See whether something else removes snapshots from it, and sync it again."
            )
        found[record.id] = ids[0]
    return found


@dataclass(slots=True)
class _Pair:
    """Runs restic on two repositories, with a lock record in each."""

    repositories: tuple[Repository, Repository]
    sessions: tuple[Session, Session]
    location: Location
    on_message: OnMessage | None
    stop: asyncio.Event | None

    async def run(self, command: Sequence[str]) -> None:
        """Run one command to its end; remove orphaned locks and repeat it if one is locked."""
        for repository, session in zip(self.repositories, self.sessions, strict=True):
            if repository.lock_records.orphaned():
                await session.remove_orphaned_locks(stop=self.stop)
        ended = await self._once(command)
        if ended.code == _LOCKED and not ended.was_stopped:
            for session in self.sessions:
                await session.remove_orphaned_locks(stop=self.stop)
            ended = await self._once(command)
        if ended.code != 0:
            raise from_exit(ended)

    async def _once(self, command: Sequence[str]) -> Exit:
        tools = self.repositories[1].tools
        for repository in self.repositories:
            await address_check.check(repository.access)
            await place_check.check(repository.access)
        async with contextlib.AsyncExitStack() as stack:
            records = [
                await stack.enter_async_context(repository.lock_records.command())
                for repository in self.repositories
            ]

            def started(child: Identity) -> None:
                for record in records:
                    record.started(child)

            ended = await process.run(
                [tools.restic_command, *self.location.options, *command],
                env={**self.location.env, **tools.limits("copy"), **tools.zone},
                secrets=self.location.secrets,
                grace_s=tools.grace_s,
                nice=tools.nice,
                on_start=started,
                on_stdout_line=self._on_line,
                keep_open=tuple(record.fd for record in records),
                activity=tools.activity,
                stop=self.stop,
            )
            for record in records:
                record.finished(ended.code, ended.stderr_tail)
        return ended

    async def _on_line(self, line: bytes) -> None:
        text = line.decode(errors="replace").strip()
        if self.on_message is not None and text:
            await self.on_message(text[:200])
