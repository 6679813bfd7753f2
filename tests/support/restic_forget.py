"""The forget plan of restic itself, to compare with the plan of `zerobyte.restic.forget_policy`."""

from typing import Final

from pydantic import BaseModel, TypeAdapter

from zerobyte.contract.restic_output import ForgetPlan, KeepReason
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.restic import escaping
from zerobyte.restic.repository import Repository

_FLAGS: Final = (
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


_GROUPS: Final = TypeAdapter(list[_Group])


async def plan_of_restic(
    repository: Repository, policy: RetentionPolicy, *, tag: str
) -> ForgetPlan:
    """Return the plan of `restic forget --dry-run` over one tag, all snapshots in one group.

    restic counts a snapshot's day by the offset that its time was written with.
    """
    rules = [f"{flag}={value}" for flag, name in _FLAGS if (value := getattr(policy, name))]
    argv = [
        *("forget", "--json", "--dry-run", "--no-lock"),
        *("--group-by", "", f"--tag={escaping.tag(tag)}", *rules),
    ]
    with repository.session() as session:
        groups = await session.document(argv, _GROUPS, when_silent=[])
    reasons = {
        reason.snapshot.id: reason.matches or []
        for group in groups
        for reason in group.reasons or []
    }
    kept = [snapshot.id for group in groups for snapshot in group.keep or []]
    removed = [snapshot.id for group in groups for snapshot in group.remove or []]
    keep = [KeepReason(snapshot_id=one, matches=reasons.get(one, [])) for one in kept]
    return ForgetPlan(keep=keep, remove=removed)
