"""The forget plan of one schedule: what a policy keeps of listed snapshots, and what it removes.

Pure: a worker makes the plan from restic's list, the API's preview makes it from the index.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo
from typing import Final

from zerobyte.contract.restic_output import (
    ForgetPlan,
    KeepReason,
    SnapshotRecord,
    is_incomplete,
)
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import clock
from zerobyte.restic import forget_policy

PROTECTED: Final = "protected"
LATEST_RUN: Final = "latest run"


def of_records(
    records: Sequence[SnapshotRecord],
    policy: RetentionPolicy,
    *,
    protected_ids: Collection[str],
    trusted_ids: Collection[str] | None,
    incomplete_ids: Collection[str],
    latest_ids: Collection[str],
    zone: tzinfo,
) -> ForgetPlan:
    """Return the plan for a schedule's snapshots; see `zerobyte.restic.forget.plan`."""
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
