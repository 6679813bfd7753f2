"""The retention policy of a schedule."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from zerobyte.contract.base import OmitNone
from zerobyte.contract.exact import Exact

_DURATION = re.compile(r"^(?=\d)(\d{1,6}y)?(\d{1,6}m)?(\d{1,6}d)?(\d{1,6}h)?$")


def _duration(value: str | None) -> str | None:
    """Accept what `restic forget --keep-within` accepts: `1y5m7d2h`, each part optional.

    Nothing, and no time at all such as `0d`, is the same as an absent rule. With larger numbers
    restic crashes, or counts the hours round to a time that is far too short.
    """
    if not value:
        return None
    if not _DURATION.match(value):
        raise ValueError("must be a duration such as 7d, 2m or 1y5m7d2h, of six digits at most")
    return value if re.search(r"[1-9]", value) else None


Count = Annotated[int, Field(strict=True, ge=0, le=100_000)]
"""A whole number and nothing that may pass for one: `true` would keep one snapshot alone."""


class RetentionPolicy(OmitNone):
    """How many snapshots of a schedule to keep; absent and 0 mean that this rule keeps none.

    keep_within_duration    restic's form: years, months, days, hours, as in `1y5m7d2h`.
    """

    keep_last: Count | None = None
    keep_hourly: Count | None = None
    keep_daily: Count | None = None
    keep_weekly: Count | None = None
    keep_monthly: Count | None = None
    keep_yearly: Count | None = None
    keep_within_duration: Annotated[str | None, AfterValidator(_duration)] = None

    def has_rules(self) -> bool:
        """Whether any rule keeps something; without one, everything is kept."""
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
    """A retention policy as a request sends it: a rule that is not known is refused."""
