"""`restic forget`: plan what a policy keeps of one schedule's snapshots, and remove the rest.

Our own model of restic's policy (`forget_plan`, `forget_policy`) makes the plan: restic cannot
exclude suspect snapshots from its rules, nor count days in the schedule's zone. Tests compare the
model with `restic forget --dry-run` (`tests/support/restic_forget.py`), which never decides at run
time. The removal names the planned ids, so the recorded plan is what happens.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, tzinfo
from typing import Final

from zerobyte.contract.restic_output import ForgetPlan
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core.errors import Invalid
from zerobyte.restic import escaping, forget_plan, snapshots
from zerobyte.restic.repository import Repository, Session

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
    return forget_plan.of_records(
        records,
        policy,
        protected_ids=protected_ids,
        trusted_ids=trusted_ids,
        incomplete_ids=incomplete_ids,
        latest_ids=latest_ids,
        zone=zone,
    )


async def apply(
    repository: Repository,
    planned: ForgetPlan,
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
    if not planned.remove:
        return
    kept = {reason.snapshot_id for reason in planned.keep}
    if not kept:
        raise Invalid("The retention plan keeps no snapshot at all; nothing was removed.")
    if kept & set(planned.remove):
        raise Invalid("The retention plan contradicts itself; nothing was removed.")
    with repository.session() as session:
        await _remove(session, repository, planned.remove, stop, prune=prune)


async def by_ids(
    repository: Repository, ids: Sequence[str], *, stop: asyncio.Event | None = None
) -> list[str]:
    """Remove snapshots by id, then prune; return the full ids of the removed snapshots.

    ids     full or short; unknown ids are skipped, so that a repeated call succeeds. The former id
            of a snapshot that was tagged since then stands for it.

    Raises
        Invalid         a text is not an id, such as `latest`.
        ResticError     restic failed.
    """
    prefixes = [escaping.snapshot(one) for one in ids]
    records = await snapshots.run(repository, stop=stop)
    existing = {record.id for record in records}
    former = {one for one in ids if one not in existing}
    found = [
        record.id
        for record in records
        if record.original in former or any(record.id.startswith(one) for one in prefixes)
    ]
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
