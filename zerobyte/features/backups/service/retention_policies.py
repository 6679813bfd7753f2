"""Read stored retention policies; a damaged one keeps every snapshot."""

from typing import Final

from pydantic import ValidationError

from zerobyte.contract.retention import RetentionPolicy
from zerobyte.db.base import is_damaged
from zerobyte.db.encrypted_config import DamagedConfig
from zerobyte.features.backups.models import Schedule

_DAMAGED_POLICY: Final = (
    "The stored retention policy of this schedule is damaged; every snapshot is kept. "
    "Enter it again."
)


def policy_of(schedule: Schedule) -> RetentionPolicy | None:
    """Return the retention policy; None if it has no rule.

    Raises
        DamagedConfig   the stored policy is unreadable, so nothing may be removed.
    """
    stored = schedule.retention_policy
    if stored is None:
        return None
    try:
        policy = RetentionPolicy.model_validate(stored)
    except ValidationError:
        raise DamagedConfig(_DAMAGED_POLICY) from None
    if is_damaged(stored):
        raise DamagedConfig(_DAMAGED_POLICY)
    return policy if policy.has_rules() else None


def has_policy(schedule: Schedule) -> bool:
    """Returns True if retention must run; with a damaged policy it runs and fails."""
    try:
        return policy_of(schedule) is not None
    except DamagedConfig:
        return True
