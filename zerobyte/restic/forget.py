"""`restic forget`: plan what a policy keeps of one schedule's snapshots, and remove the rest.

Our own model of restic's policy (`forget_policy`) makes the plan: restic cannot exclude suspect
snapshots from its rules, nor count days in the schedule's zone. Tests compare the model with
`restic forget --dry-run` (`tests/support/restic_forget.py`), which never decides at run time. The
removal names the planned ids, so the recorded plan is what happens.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Final

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


def removal_argv(repository: Repository, ids: Sequence[str], *, prune: bool = True) -> list[str]:
    """Return the command that removes snapshots by id."""
    pruning = ["--prune"] if prune else []
    named = [escaping.snapshot(one) for one in ids]
    # Pruning drops removed data from the cache; the flag also drops caches unused for long.
    tidy = ["--cleanup-cache"] if prune else []
    return ["forget", "--json", *repository.lock_flags, *pruning, *tidy, "--", *named]


async def plan(
    repository: Repository,
    policy: RetentionPolicy,
    *,
    tag: str,
    protected_ids: Collection[str] = (),
    trusted_ids: Collection[str] | None = None,
    incomplete_ids: Collection[str] = (),
    latest_ids: Collection[str] = (),
    zone: tzinfo = UTC,
    stop: asyncio.Event | None = None,
) -> ForgetPlan:
    """Return what the policy keeps of one schedule's snapshots, with reasons, and what it removes.

    All ids are full. A snapshot that was rewritten, as by adding a tag, also matches its former id.

    protected_ids   snapshots that are always kept and count for no rule; their reason is
                    "protected".
    trusted_ids     all other known snapshots; an unknown snapshot is protected too if it is
                    suspect (T8). None if no snapshot can be unknown.
    incomplete_ids  incomplete snapshots; a snapshot with the tag "incomplete" needs no id here. The
                    policy counts them apart.
    latest_ids      the snapshots of the latest runs: the policy counts them and keeps them even
                    where a rule would remove one, as after a clock that was wrong.
    zone            the schedule's zone, whose days the policy counts.

    Raises
        Invalid         the policy has no rules: no rule means keep all, never remove all (T11).
        ResticError     restic failed.
    """
    if not policy.has_rules():
        raise Invalid("A retention policy without rules keeps everything; there is nothing to do.")
    records = await snapshots.run(repository, tag=tag, stop=stop)
    records = sorted(records, key=lambda record: forget_policy.Moment.parse(record.time).order)
    suspicion = dict.fromkeys(trusted_ids or (), False) | dict.fromkeys(protected_ids, True)
    counted_plan = _plan(
        records,
        policy,
        suspicion,
        unknown=False if trusted_ids is None else None,
        incomplete=set(incomplete_ids),
        zone=zone,
    )
    return _with_latest(counted_plan, records, set(latest_ids))


def _plan(
    records: Sequence[SnapshotRecord],
    policy: RetentionPolicy,
    suspicion: Mapping[str, bool],
    *,
    unknown: bool | None,
    incomplete: Collection[str],
    zone: tzinfo,
) -> ForgetPlan:
    """Return the plan of `forget_policy` over the snapshots that count.

    suspicion   True for protected ids, False for trusted ones.
    unknown     the value for all other ids; None judges them by their number of files.
    """
    partial = {
        record.id
        for record in records
        if is_incomplete(record.tags) or _is_named(record, incomplete)
    }
    suspects = forget_policy.suspects(
        forget_policy.Counted(
            record.id,
            record.summary.total_files_processed if record.summary else None,
            suspicion.get(record.id, suspicion.get(record.original or "", unknown)),
            record.id in partial,
        )
        for record in records
    )
    counted = [
        (record.id, forget_policy.Moment.parse(record.time))
        for record in records
        if record.id not in suspects
    ]
    now = forget_policy.Moment.parse(clock.now().isoformat())
    reasons = forget_policy.plan_of_schedule(
        counted, policy, now=now, zone=zone, incomplete=partial
    )
    keep = [KeepReason(snapshot_id=one, matches=why) for one, why in reasons.items() if why]
    keep += [
        KeepReason(snapshot_id=record.id, matches=[PROTECTED])
        for record in records
        if record.id in suspects
    ]
    return ForgetPlan(keep=keep, remove=[one for one, why in reasons.items() if not why])


def _with_latest(
    counted_plan: ForgetPlan, records: Sequence[SnapshotRecord], latest: Collection[str]
) -> ForgetPlan:
    """Move the snapshots of the latest runs from the removed to the kept ones."""
    spared = {record.id for record in records if _is_named(record, latest)}.intersection(
        counted_plan.remove
    )
    keep = [KeepReason(snapshot_id=one, matches=[LATEST_RUN]) for one in sorted(spared)]
    return ForgetPlan(
        keep=[*counted_plan.keep, *keep],
        remove=[one for one in counted_plan.remove if one not in spared],
    )


def _is_named(record: SnapshotRecord, ids: Collection[str]) -> bool:
    """Return True if the ids contain a snapshot's id or its id before a rewrite."""
    return record.id in ids or record.original in ids


async def apply(
    repository: Repository,
    forget_plan: ForgetPlan,
    *,
    prune: bool = True,
    stop: asyncio.Event | None = None,
) -> None:
    """Remove the snapshots of the plan; does nothing if there are none.

    prune   also remove their data, in the same command.

    Raises
        Invalid             the plan keeps no snapshot, or both keeps and removes one.
        RepositoryLocked    after waiting for the lock.
        Interrupted         `stop` was set; some snapshots may be removed, unused data may remain.
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
        await _remove(session, repository, forget_plan.remove, stop, prune=prune)


async def by_ids(
    repository: Repository, ids: Sequence[str], *, stop: asyncio.Event | None = None
) -> list[str]:
    """Remove snapshots by id, then prune; return the full ids of the removed snapshots.

    ids     full or short; unknown ids are skipped, so that a repeated call succeeds.

    Raises
        Invalid         a text is not an id, such as `latest`.
        ResticError     restic failed.
    """
    prefixes = [escaping.snapshot(one) for one in ids]
    existing = [record.id for record in await snapshots.run(repository, stop=stop)]
    found = [one for one in existing if any(one.startswith(prefix) for prefix in prefixes)]
    if found:
        with repository.session() as session:
            await _remove(session, repository, found, stop)
    return found


async def _remove(
    session: Session,
    repository: Repository,
    ids: Sequence[str],
    stop: asyncio.Event | None,
    *,
    prune: bool = True,
) -> None:
    # A command line holds about 25 000 ids; one prune at the end covers all parts.
    parts = [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
    for part in parts[:-1]:
        await session.run(removal_argv(repository, part, prune=False), stop=stop)
    await session.run(removal_argv(repository, parts[-1], prune=prune), stop=stop)
