"""Record checks of repositories, and compute how much of the data they have read."""

from collections.abc import Sequence
from typing import Final, cast

from zerobyte.contract.job_reports import DoctorTaskResult
from zerobyte.contract.verification import MAX_SUBSETS
from zerobyte.core import clock
from zerobyte.features.repositories.models import RepositoryCheck
from zerobyte.features.repositories.schemas import checks

_DAY_MS: Final = 86_400_000
_PERIODS: Final = (30, 90, 365)
MAX_CHECKS: Final = 500
_SHOWN: Final = 50


async def record(repository_id: str, found: DoctorTaskResult, subset: str | None) -> None:
    """Add a completed check; of each repository the newest 500 stay."""
    await RepositoryCheck.create(
        repository_id=repository_id,
        checked_at=found.last_checked,
        read_data_subset=subset,
        success=found.doctor_result.success,
    )
    stored = RepositoryCheck.filter(repository_id=repository_id).order_by("-id")
    oldest = await stored.offset(MAX_CHECKS).limit(1).values_list("id", flat=True)
    if oldest:
        await RepositoryCheck.filter(repository_id=repository_id, id__lte=oldest[0]).delete()


async def view(repository_id: str) -> checks.Verification:
    """Return the newest checks, and the share of the data that was read lately."""
    rows = await RepositoryCheck.filter(repository_id=repository_id).order_by("-id")
    now = clock.now_ms()
    periods = [
        checks.Coverage(
            days=days,
            percent=coverage_percent(
                [
                    row.read_data_subset
                    for row in rows
                    if row.success
                    and row.read_data_subset is not None
                    and row.checked_at >= now - days * _DAY_MS
                ]
            ),
        )
        for days in _PERIODS
    ]
    return checks.Verification(
        checks=[
            checks.Check(
                checked_at=cast("int", row.checked_at),
                read_data_subset=row.read_data_subset,
                success=row.success,
            )
            for row in rows[:_SHOWN]
        ],
        coverage=periods,
    )


def coverage_percent(subsets: Sequence[str]) -> float:
    """Return the share of the data that these checks have read, in percent.

    restic puts a pack in the part `n/t` by the first byte of its id, a hash, so each byte stands
    for 1/256 of the data. A percentage is chosen at random: it covers that share of the rest.
    """
    unread = [1.0] * MAX_SUBSETS
    for subset in subsets:
        part, is_part, parts = subset.partition("/")
        share = 0.0 if is_part else float(subset.rstrip("%")) / 100
        for first_byte in range(MAX_SUBSETS):
            if is_part and first_byte % int(parts) == int(part) - 1:
                unread[first_byte] = 0.0
            elif not is_part:
                unread[first_byte] *= 1 - share
    return round(100 * (1 - sum(unread) / MAX_SUBSETS), 2)
