"""Request and response models of repository checks and of the history of sizes."""

from typing import Annotated

from pydantic import Field

from zerobyte.contract.base import ApiModel, EpochMs
from zerobyte.contract.exact import Exact
from zerobyte.contract.restic_output import RepositoryStats
from zerobyte.contract.verification import ReadDataSubset


class StartDoctor(Exact):
    """How much to check; an extension of this API.

    read_data_subset    absent: only the structure is checked, no stored data is read.
    """

    read_data_subset: ReadDataSubset | None = None


class StatsHistoryQuery(ApiModel):
    """How far back the history goes."""

    days: Annotated[int, Field(ge=1, le=730, description="Days to return, newest included.")] = 90


class StatsPoint(ApiModel):
    """The size of a repository at one time; an extension of this API."""

    recorded_at: EpochMs
    stats: RepositoryStats


class Check(ApiModel):
    """A completed check; `readDataSubset` is null if only the structure was checked."""

    checked_at: EpochMs
    read_data_subset: str | None
    success: bool


class Coverage(ApiModel):
    """The share of the stored data that was read without error in the last `days`."""

    days: int
    percent: Annotated[
        float,
        Field(description="Exact for parts such as 1/5, the expected value for percentages."),
    ]


class Verification(ApiModel):
    """The newest 50 checks, newest first, and how much data they have read; an extension."""

    checks: list[Check]
    coverage: list[Coverage]
