"""The snapshot index: rows that answer requests without running restic.

Converts restic's records to rows and back. Callers choose the transaction.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import timedelta
from typing import Any, Final, cast

from pydantic import ValidationError
from tortoise.expressions import F
from tortoise.queryset import QuerySet

from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.contract.restic_output import is_incomplete as lacks_files
from zerobyte.contract.selection import BackupSelection
from zerobyte.core import aio, clock
from zerobyte.core.errors import Conflict
from zerobyte.db.base import is_damaged
from zerobyte.db.query_cache import CachedQuery, RowCache
from zerobyte.features.repositories.models import Snapshot
from zerobyte.features.repositories.service.provenance import has_same_content
from zerobyte.features.repositories.service.unreported import mark_unreported
from zerobyte.restic import forget_policy
from zerobyte.restic.forget_policy import Counted, Moment

_SCHEDULE_TAG: Final = re.compile(r"[A-Za-z0-9_-]{8}")
_BATCH: Final = 500
_ROWS_AT_A_TIME: Final = 100
"""Rows read or created at a time: Tortoise needs about 0.1 ms for each."""


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """One snapshot of the index; `is_suspect` and `is_incomplete` as in the row.

    Compared by identity: an unchanged row is mapped once.

    moment      its time.
    rendered    its JSON by retention categories.
    """

    record: SnapshotRecord
    schedule_id: str | None
    is_suspect: bool
    is_incomplete: bool
    moment: Moment
    rendered: dict[tuple[str, ...], bytes]


def _indexed(row: Mapping[str, Any]) -> Indexed:
    try:
        record = SnapshotRecord.model_validate_json(row["record"])
        moment = Moment.parse(record.time)
    except ValueError:  # a damaged record must not break the list; the next refresh repairs it
        record = _of_columns(row)
        moment = Moment.parse(record.time)
    schedule_id = row["schedule_id"]
    return Indexed(
        record, schedule_id, bool(row["is_suspect"]), bool(row["is_incomplete"]), moment, {}
    )


def _of_columns(row: Mapping[str, Any]) -> SnapshotRecord:
    return SnapshotRecord(
        id=row["snapshot_id"],
        short_id=row["short_id"],
        time=clock.iso(row["time_ms"]),
        paths=[],
        tags=[row["schedule_id"]] if row["schedule_id"] else [],
    )


_INDEXED_ROWS: Final = RowCache(_indexed, most=10_000)


@CachedQuery
def _repository_query(repository_id: str) -> QuerySet[Snapshot]:
    return Snapshot.filter(repository_id=repository_id).order_by("time_ms", "snapshot_id")


@CachedQuery
def _id_query(repository_id: str, snapshot_id: str) -> QuerySet[Snapshot]:
    return Snapshot.filter(repository_id=repository_id, snapshot_id=snapshot_id).limit(1)


@CachedQuery
def _short_id_query(repository_id: str, short_id: str) -> QuerySet[Snapshot]:
    return Snapshot.filter(repository_id=repository_id, short_id=short_id).limit(2)


@CachedQuery
def _list_query(organization_id: str, repository_short_id: str) -> QuerySet[Snapshot]:
    return (
        Snapshot.filter(
            repository__organization_id=organization_id, repository__short_id=repository_short_id
        )
        .annotate(read_at=F("repository__snapshots_refreshed_at"))
        .order_by("time_ms", "snapshot_id")
    )


_LISTED_ROWS: Final = RowCache(
    lambda row: _indexed(row) if row["read_at"] is not None else None, most=10_000
)


async def listed(organization_id: str, repository_short_id: str) -> list[Indexed] | None:
    """List the snapshots of an organization's repository in one query, oldest first.

    None if there are none, or if the repository was never listed.
    """
    found = await _list_query.mapped(_LISTED_ROWS, organization_id, repository_short_id)
    # Each row carries `read_at` of its repository, so either all are None or none is.
    return cast("list[Indexed]", found) if found and found[0] is not None else None


async def of_repository(repository_id: str, *, tag: str | None = None) -> list[Indexed]:
    """List the snapshots of a repository, oldest first; with a tag, those that have it."""
    found = await _repository_query.mapped(_INDEXED_ROWS, repository_id)
    return [entry for entry in found if tag is None or tag in entry.record.tags]


async def find(repository_id: str, snapshot_id: str) -> Indexed | None:
    """Return one snapshot by its full id or its first eight digits.

    Raises
        Conflict    several snapshots start with these eight digits.
    """
    query = _short_id_query if len(snapshot_id) == 8 else _id_query
    found = await query.mapped(_INDEXED_ROWS, repository_id, snapshot_id)
    if len(found) > 1:
        raise Conflict(
            f"Several snapshots have an id that begins with {snapshot_id}; send the whole id"
        )
    return found[0] if found else None


async def newest(repository_id: str) -> Indexed | None:
    """Return the snapshot with the latest time, as restic's `latest`."""
    row = await Snapshot.filter(repository_id=repository_id).order_by("-time_ms").first()
    return None if row is None else await find(repository_id, row.snapshot_id)


async def trusted_files(repository_id: str, schedule_id: str) -> int | None:
    """Return the number of files that the next snapshot of a schedule is measured by.

    Uses the newest trusted complete snapshot and the incomplete ones after it. Snapshots dated
    in the future are used only if there is no other.
    """
    latest_ms = forget_policy.CLOCK_TOLERANCE // timedelta(milliseconds=1) + clock.now_ms()
    trusted = Snapshot.filter(
        repository_id=repository_id, schedule_id=schedule_id, is_suspect=False
    ).order_by("time_ms", "snapshot_id")
    for candidates in (trusted.filter(time_ms__lte=latest_ms), trusted):
        complete = await candidates.filter(is_incomplete=False).last()
        after = candidates if complete is None else candidates.filter(time_ms__gt=complete.time_ms)
        history = [*filter(None, [complete]), *await after.filter(is_incomplete=True)]
        if history:
            return forget_policy.trusted_files(_counted(row) for row in history)
    return None


async def is_known_since(repository_id: str, snapshot_id: str, *, before_ms: int) -> bool:
    """Return True if a snapshot, by full id, was indexed before a moment."""
    return await Snapshot.exists(
        repository_id=repository_id, snapshot_id=snapshot_id, created_at__lt=before_ms
    )


async def put(
    repository_id: str,
    record: SnapshotRecord,
    *,
    schedule_id: str | None,
    is_suspect: bool,
    is_incomplete: bool = False,
    selection: BackupSelection | None = None,
) -> None:
    """Add or update one snapshot.

    is_suspect      measured at the start of its run; since then a user may have accepted another.
    """
    known = await Snapshot.get_or_none(repository_id=repository_id, snapshot_id=record.id)
    row = known or Snapshot(repository_id=repository_id)
    row.update_from_dict(columns(record))
    row.schedule_id = schedule_id
    row.is_suspect = is_suspect and not await _is_cleared(row)
    row.is_incomplete = is_incomplete or lacks_files(record.tags)
    if selection is not None:
        row.selection = selection.model_dump(mode="json", by_alias=True)
    await row.save()


async def selection(repository_id: str, snapshot_id: str) -> BackupSelection | None:
    """Return the selection of a snapshot's run, by full id; None if it is not certain.

    A run that could not read every file left out more than its selection says.
    """
    row = await Snapshot.get_or_none(repository_id=repository_id, snapshot_id=snapshot_id)
    if row is None or row.selection is None or is_damaged(row.selection) or row.is_incomplete:
        return None
    try:
        found = BackupSelection.model_validate(row.selection)
    except ValidationError:
        return None
    return None if found.other_filters else found


async def accept(repository_id: str, snapshot_id: str) -> None:
    """Trust a snapshot, by full id, and clear later suspects measured by it."""
    row = await Snapshot.get(repository_id=repository_id, snapshot_id=snapshot_id)
    history = await Snapshot.filter(
        repository_id=repository_id, schedule_id=row.schedule_id
    ).order_by("time_ms", "snapshot_id")
    cleared = list(forget_policy.cleared((_counted(one) for one in history), snapshot_id))
    for start in range(0, len(cleared), _BATCH):
        batch = cleared[start : start + _BATCH]
        await Snapshot.filter(repository_id=repository_id, snapshot_id__in=batch).update(
            is_suspect=False
        )


async def remove(repository_id: str, snapshot_ids: Collection[str]) -> None:
    """Remove snapshots, by full id; unknown ids are ignored."""
    ids = list(snapshot_ids)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        await Snapshot.filter(repository_id=repository_id, snapshot_id__in=batch).delete()


async def replace(
    repository_id: str,
    records: Iterable[SnapshotRecord],
    *,
    began_ms: int,
    removed: Collection[str] = (),
    accepted: Collection[str] = (),
    is_first_listing: bool = False,
) -> int:
    """Make the index equal to restic's list. Returns the number of snapshots.

    began_ms            start of the listing: snapshots added since are not in it and stay.
    removed             snapshots removed since: they may be in the listing and stay out.
    accepted            original ids of accepted snapshots, which are trusted.
    is_first_listing    the repository was never listed before, so earlier runs had nothing to
                        measure their snapshots by.
    """
    listed = {record.id: record for record in records if record.id not in removed}
    known = await _rows_of(repository_id)
    # A snapshot that is rewritten again keeps the first id as its original.
    by_original = {one: row for row in known.values() if (one := row.record.get("original"))}
    vanished = [
        row.snapshot_id
        for row in known.values()
        if row.snapshot_id not in listed and row.created_at < began_ms
    ]
    added: list[Snapshot] = []
    accepted_ids = set(accepted)
    unreported = {
        key
        for key, row in known.items()
        if is_first_listing and not row.is_suspect and key not in accepted_ids
    }
    async for record in aio.in_turns(listed.values()):
        row = known.get(record.id)
        first_id = record.original or ""
        rewritten = known.get(first_id) or by_original.get(first_id)
        if row is None:
            added.append(_new(repository_id, record, rewritten))
            if rewritten is None and not {record.id, record.original} & accepted_ids:
                unreported.add(record.id)
        elif row.record != _stored(record):
            changed = columns(record)
            changed["is_incomplete"] = row.is_incomplete or lacks_files(record.tags)
            await row.update_from_dict(changed).save(update_fields=list(changed))
    await mark_unreported(repository_id, added)
    await _mark_suspects([*known.values(), *added], unreported)
    for row in known.values():
        if row.is_suspect and row.snapshot_id in unreported:
            await row.save(update_fields=["is_suspect"])
    await remove(repository_id, vanished)
    # Insert in order of time: the last row counts as the schedule's latest run.
    added.sort(key=_time_ms)
    for start in range(0, len(added), _ROWS_AT_A_TIME):
        await Snapshot.bulk_create(added[start : start + _ROWS_AT_A_TIME])
    return len(known) - len(vanished) + len(added)


async def _rows_of(repository_id: str) -> dict[str, Snapshot]:
    """Return the rows by full id, read in parts: each part blocks the event loop."""
    known: dict[str, Snapshot] = {}
    last = 0
    while True:
        rows = Snapshot.filter(repository_id=repository_id, id__gt=last).order_by("id")
        part = await rows.limit(_ROWS_AT_A_TIME)
        known |= {row.snapshot_id: row for row in part}
        if len(part) < _ROWS_AT_A_TIME:
            return known
        last = cast("int", part[-1].id)


async def known_of(snapshot_ids: Sequence[str]) -> set[tuple[str, str]]:
    """Return the snapshots that are in the index, as repository and full id."""
    known: set[tuple[str, str]] = set()
    for start in range(0, len(snapshot_ids), _BATCH):
        batch = list(snapshot_ids[start : start + _BATCH])
        rows = await Snapshot.filter(snapshot_id__in=batch).values_list(
            "repository_id", "snapshot_id"
        )
        known |= {(str(repository), str(snapshot)) for repository, snapshot in rows}
    return known


def schedule_tag(tags: Sequence[str]) -> str | None:
    """Return the first tag that has the form of a schedule's short id."""
    return next((tag for tag in tags if _SCHEDULE_TAG.fullmatch(tag)), None)


def _new(repository_id: str, record: SnapshotRecord, rewritten: Snapshot | None) -> Snapshot:
    """Return a row; a snapshot that restic rewrote keeps the marks of its original."""
    return Snapshot(
        repository_id=repository_id,
        **columns(record),
        schedule_id=rewritten.schedule_id if rewritten else schedule_tag(record.tags),
        is_suspect=rewritten is not None and rewritten.is_suspect,
        is_incomplete=lacks_files(record.tags)
        or (rewritten is not None and rewritten.is_incomplete),
        selection=rewritten.selection
        if rewritten is not None and has_same_content(record, rewritten)
        else None,
    )


async def _mark_suspects(rows: Iterable[Snapshot], unreported: Collection[str]) -> None:
    """Mark unreported snapshots as suspect as their run would have done (T8)."""
    histories: dict[str, list[Snapshot]] = defaultdict(list)
    for row in sorted(rows, key=_time_ms):
        if row.schedule_id is not None:
            histories[row.schedule_id].append(row)
    async for history in aio.in_turns(histories.values()):
        counted = [
            replaced(_counted(row), is_suspect=None)
            if row.snapshot_id in unreported
            else _counted(row)
            async for row in aio.in_turns(history)
        ]
        suspects = forget_policy.suspects(counted)
        for row in history:
            row.is_suspect = row.snapshot_id in suspects


async def _is_cleared(row: Snapshot) -> bool:
    """Return True if a snapshot is not suspect by the current trusted snapshots."""
    files = _files_of(row)
    if files is None or row.schedule_id is None:
        return False
    trusted = await trusted_files(row.repository_id, row.schedule_id)
    return trusted is not None and not forget_policy.is_suspect(files, trusted)


def _time_ms(row: Snapshot) -> int:
    return cast("int", row.time_ms)


def _counted(row: Snapshot) -> Counted:
    return Counted(row.snapshot_id, _files_of(row), row.is_suspect, row.is_incomplete)


def _files_of(row: Snapshot) -> int | None:
    summary: Any = row.record.get("summary")
    if not isinstance(summary, dict):
        return None
    files = cast("dict[str, Any]", summary).get("total_files_processed")
    return files if isinstance(files, int) else None


def columns(record: SnapshotRecord) -> dict[str, Any]:
    """Return the columns that hold a record."""
    return {
        "snapshot_id": record.id,
        "short_id": record.short_id,
        "time_ms": Moment.parse(record.time).epoch_ms,
        "record": _stored(record),
    }


def _stored(record: SnapshotRecord) -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_none=True)
