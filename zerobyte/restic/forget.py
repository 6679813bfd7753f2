"""`restic forget`: which snapshots a policy keeps, and the removal of the others.

The plan is made by restic itself in a dry run over one schedule's tag, all its snapshots in one
group whatever other tags they carry. Snapshots that are not to count cannot be named to restic's
policy; then our own model of it makes the plan, which a test holds equal. What is removed is that
plan, by id: the policy is not evaluated a second time, so what was recorded is what happens.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo
from typing import Final

from pydantic import BaseModel, TypeAdapter

from zerobyte.contract.restic_output import (
    ForgetPlan,
    KeepReason,
    SnapshotRecord,
    is_incomplete,
)
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import clock
from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping, forget_policy, snapshots
from zerobyte.restic.repository import Repository, Session

PROTECTED: Final = "protected"
LATEST_RUN: Final = "latest run"
_AT_ONCE: Final = 5000
_KEEP: Final = (
    ("--keep-last", "keep_last"),
    ("--keep-hourly", "keep_hourly"),
    ("--keep-daily", "keep_daily"),
    ("--keep-weekly", "keep_weekly"),
    ("--keep-monthly", "keep_monthly"),
    ("--keep-yearly", "keep_yearly"),
    ("--keep-within", "keep_within_duration"),
)


class _Named(BaseModel):
    id: str


class _Reason(BaseModel):
    snapshot: _Named
    matches: list[str] | None = None


class _Group(BaseModel):
    keep: list[_Named] | None = None
    remove: list[_Named] | None = None
    reasons: list[_Reason] | None = None


_GROUPS: TypeAdapter[list[_Group]] = TypeAdapter(list[_Group])


def argv(policy: RetentionPolicy, *, tag: str) -> list[str]:
    """The command that makes the plan; it changes nothing and takes no lock.

    Raises
        Invalid     the policy keeps nothing: no rule means keep all, never remove all.
    """
    if not policy.has_rules():
        raise Invalid("A retention policy without rules keeps everything; there is nothing to do.")
    rules = [f"{flag}={value}" for flag, name in _KEEP if (value := getattr(policy, name))]
    return [
        *("forget", "--json", "--dry-run", "--no-lock"),
        *("--group-by", "", f"--tag={escaping.tag(tag)}", *rules),
    ]


def removal_argv(repository: Repository, ids: Sequence[str], *, prune: bool = True) -> list[str]:
    """The command that removes snapshots by id."""
    pruning = ["--prune"] if prune else []
    named = [escaping.snapshot(one) for one in ids]
    # Pruning empties the cache of what it removed; the flag also drops caches nobody used lately.
    tidy = ["--cleanup-cache"] if prune else []
    return ["forget", "--json", *repository.waits, *pruning, *tidy, "--", *named]


async def plan(
    repository: Repository,
    policy: RetentionPolicy,
    *,
    tag: str,
    protected: Collection[str] = (),
    trusted: Collection[str] | None = None,
    incomplete: Collection[str] = (),
    latest: Collection[str] = (),
    zone: tzinfo | None = None,
    stop: asyncio.Event | None = None,
) -> ForgetPlan:
    """Work out what the policy keeps of one schedule's snapshots, and why.

    All ids are whole; a snapshot that was rewritten, as by adding a tag, is also meant by the id
    from before.

    protected   whole ids that stay in any case and count for no rule; their reason is
                "protected".
    trusted     whole ids of all others that are known; what is neither is protected too if it
                is suspect (T8). None when no other can be there.
    incomplete  whole ids of snapshots that lack files; those with the tag "incomplete" are
                known without it. The policy counts them apart.
    latest      whole ids of what the latest runs made: the policy counts them, and where it
                would remove one, as after a clock that was wrong, it stays all the same.
    zone        the schedule's zone, whose days the policy counts. None leaves the plan to restic
                where restic can make it; restic counts a snapshot's day by the offset that its
                time was written with.

    Raises
        Invalid         the policy has no rules.
        ResticError     restic failed.
    """
    if protected or incomplete or latest or trusted is not None or zone is not None:
        verdicts = dict.fromkeys(trusted or (), False) | dict.fromkeys(protected, True)
        records = await _records(repository, policy, tag, stop)
        unknown = False if trusted is None else None
        made = _own_plan(
            records,
            policy,
            verdicts,
            unknown=unknown,
            incomplete=set(incomplete),
            zone=zone,
        )
        return _with_latest(made, records, set(latest))
    with repository.session() as session:
        groups = await session.document(argv(policy, tag=tag), _GROUPS, when_silent=[], stop=stop)
    reasons = {
        reason.snapshot.id: reason.matches or []
        for group in groups
        for reason in group.reasons or []
    }
    kept = [snapshot.id for group in groups for snapshot in group.keep or []]
    removed = [snapshot.id for group in groups for snapshot in group.remove or []]
    keep = [KeepReason(snapshot_id=one, matches=reasons.get(one, [])) for one in kept]
    return ForgetPlan(keep=keep, remove=removed)


async def _records(
    repository: Repository, policy: RetentionPolicy, tag: str, stop: asyncio.Event | None
) -> list[SnapshotRecord]:
    """Return the schedule's snapshots, oldest first."""
    if not policy.has_rules():
        raise Invalid("A retention policy without rules keeps everything; there is nothing to do.")
    records = await snapshots.run(repository, tag=tag, stop=stop)
    return sorted(records, key=lambda record: forget_policy.Moment.parse(record.time).order)


def _own_plan(
    records: Sequence[SnapshotRecord],
    policy: RetentionPolicy,
    verdicts: Mapping[str, bool],
    *,
    unknown: bool | None,
    incomplete: Collection[str],
    zone: tzinfo | None,
) -> ForgetPlan:
    """Return the plan of our own model of the policy, over the snapshots that count."""
    partial = {
        record.id
        for record in records
        if is_incomplete(record.tags) or _is_named(record, incomplete)
    }
    protected = forget_policy.suspects(
        forget_policy.Counted(
            record.id,
            record.summary.total_files_processed if record.summary else None,
            verdicts.get(record.id, verdicts.get(record.original or "", unknown)),
            record.id in partial,
        )
        for record in records
    )
    counted = [
        (record.id, forget_policy.Moment.parse(record.time))
        for record in records
        if record.id not in protected
    ]
    now = forget_policy.Moment.parse(clock.now().isoformat())
    reasons = forget_policy.plan_of_schedule(
        counted, policy, now=now, zone=zone or clock.local_zone(), incomplete=partial
    )
    keep = [KeepReason(snapshot_id=one, matches=why) for one, why in reasons.items() if why]
    keep += [
        KeepReason(snapshot_id=record.id, matches=[PROTECTED])
        for record in records
        if record.id in protected
    ]
    return ForgetPlan(keep=keep, remove=[one for one, why in reasons.items() if not why])


def _with_latest(
    made: ForgetPlan, records: Sequence[SnapshotRecord], latest: Collection[str]
) -> ForgetPlan:
    """Move what the latest runs made from the removed snapshots to the kept ones."""
    spared = {record.id for record in records if _is_named(record, latest)}.intersection(
        made.remove
    )
    keep = [KeepReason(snapshot_id=one, matches=[LATEST_RUN]) for one in sorted(spared)]
    return ForgetPlan(
        keep=[*made.keep, *keep], remove=[one for one in made.remove if one not in spared]
    )


def _is_named(record: SnapshotRecord, ids: Collection[str]) -> bool:
    """Return True if a snapshot is meant by its id, or by the one from before it was rewritten."""
    return record.id in ids or record.original in ids


async def apply(
    repository: Repository, forget_plan: ForgetPlan, *, stop: asyncio.Event | None = None
) -> None:
    """Remove what the plan removes, then prune; with nothing to remove, do nothing.

    Raises
        Invalid             the plan keeps no snapshot, or both keeps and removes one.
        RepositoryLocked    after waiting for the lock.
        Interrupted         `stop` was set; some snapshots may be gone, and unused data may stay.
        ResticError         any other failure.
    """
    if not forget_plan.remove:
        return
    kept = {reason.snapshot_id for reason in forget_plan.keep}
    if not kept:
        raise Invalid("The retention plan keeps no snapshot at all; nothing was removed.")
    if kept & set(forget_plan.remove):
        raise Invalid("The retention plan contradicts itself; nothing was removed.")
    with repository.session() as session:
        await _remove(session, repository, forget_plan.remove, stop)


async def by_ids(
    repository: Repository, ids: Sequence[str], *, stop: asyncio.Event | None = None
) -> list[str]:
    """Remove named snapshots, then prune; answer the whole ids of those that were there.

    ids     whole or short; unknown ones are passed over, so that a repeated call succeeds.

    Raises
        Invalid         one of them is not an id, such as `latest`.
        ResticError     restic failed.
    """
    wanted = [escaping.snapshot(one) for one in ids]
    there = [record.id for record in await snapshots.run(repository, stop=stop)]
    found = [one for one in there if any(one.startswith(prefix) for prefix in wanted)]
    if found:
        with repository.session() as session:
            await _remove(session, repository, found, stop)
    return found


async def _remove(
    session: Session, repository: Repository, ids: Sequence[str], stop: asyncio.Event | None
) -> None:
    # A command line holds about 25 000 ids; one prune at the end does for all.
    parts = [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
    for part in parts[:-1]:
        await session.run(removal_argv(repository, part, prune=False), stop=stop)
    await session.run(removal_argv(repository, parts[-1]), stop=stop)
