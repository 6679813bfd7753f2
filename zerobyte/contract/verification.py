"""Models of repository checks: how much data is read, the steps taken, and their result."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from zerobyte.contract.base import ApiModel, EpochMs

MAX_SUBSETS: Final = 256
"""restic sorts packs into subsets by the first byte of their id."""
_PART: Final = re.compile(r"([0-9]{1,3})/([0-9]{1,3})")
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%")


def _subset(value: str) -> str:
    """Return a valid subset; restic would take other words for options or sizes."""
    part, percent = _PART.fullmatch(value), _PERCENT.fullmatch(value)
    if part is not None and 1 <= int(part[1]) <= int(part[2]) <= MAX_SUBSETS:
        return value
    if percent is not None and 0 < float(percent[1]) <= 100:
        return value
    raise ValueError("must be a part such as 1/5 (of at most 256) or a percentage such as 2.5%")


ReadDataSubset = Annotated[
    str,
    AfterValidator(_subset),
    Field(
        description="How much of the stored data to read: `n/t` for one of `t` equal parts, at "
        "most 256, or a percentage such as `2.5%`, chosen at random.",
        json_schema_extra={"examples": ["1/5", "2.5%", "100%"]},
    ),
]


class DoctorStep(ApiModel):
    """One step of a repository check."""

    step: str
    success: bool
    output: str | None
    error: str | None


class DoctorResult(ApiModel):
    """The result of the last repository check."""

    success: bool
    steps: list[DoctorStep]
    completed_at: EpochMs
