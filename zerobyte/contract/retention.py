"""The retention policy of a schedule."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from zerobyte.contract.base import OmitNone
from zerobyte.contract.exact import Exact

_DURATION = re.compile(r"(?=[0-9])([0-9]{1,6}y)?([0-9]{1,6}m)?([0-9]{1,6}d)?([0-9]{1,6}h)?")


def _duration(value: str | None) -> str | None:
    """Accept the durations of `restic forget --keep-within`: `1y5m7d2h`, each part optional.

    An empty text and a zero duration such as `0d` equal an absent rule. With larger numbers restic
    crashes, or the hours overflow to a far too short duration.
    """
    value = (value or "").strip()
    if not value:
        return None
    if not _DURATION.fullmatch(value):
        raise ValueError("must be a duration such as 7d, 2m or 1y5m7d2h, of six digits at most")
    return value if re.search(r"[1-9]", value) else None


Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
"""A strict whole number: `true` would otherwise count as 1 and keep a single snapshot."""


class RetentionPolicy(OmitNone):
    """The keep rules of a schedule; absent and 0 mean that a rule keeps no snapshot.

    keep_within_duration    in restic's format: years, months, days, hours, as in `1y5m7d2h`.
    """

    keep_last: Count | None = None
    keep_hourly: Count | None = None
    keep_daily: Count | None = None
    keep_weekly: Count | None = None
    keep_monthly: Count | None = None
    keep_yearly: Count | None = None
    keep_within_duration: Annotated[str | None, AfterValidator(_duration)] = None

    def has_rules(self) -> bool:
        """Return True if any rule keeps snapshots; without a rule, everything is kept."""
        return any(
            (
                self.keep_last,
                self.keep_hourly,
                self.keep_daily,
                self.keep_weekly,
                self.keep_monthly,
                self.keep_yearly,
                self.keep_within_duration,
            )
        )


class RetentionPolicyInput(Exact, RetentionPolicy):
    """A retention policy in a request: unknown rules are refused."""
