"""Routes that check repositories and show their history."""

from zerobyte.core.errors import Conflict, Invalid, NotFound
from zerobyte.features.repositories.routes.repositories import repositories_v1
from zerobyte.features.repositories.schemas import checks
from zerobyte.features.repositories.service import Doctor, Repositories
from zerobyte.features.tasks.schemas import TaskStarted
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import endpoint

_TAG = "Repositories"


@repositories_v1.post("/<short_id:str>/doctor")
@endpoint(
    "startDoctor",
    tag=_TAG,
    body=checks.StartDoctor,
    body_optional=True,
    returns={202: TaskStarted},
    errors=(Invalid, NotFound, Conflict),
)
async def start_doctor(
    actor: Actor, short_id: str, body: checks.StartDoctor, doctor: Doctor
) -> TaskStarted:
    """Start a task that checks a repository and repairs its index if needed.

    With `readDataSubset` it also reads that share of the stored data.
    """
    return await doctor.start(actor, short_id, body)


@repositories_v1.get("/<short_id:str>/verification")
@endpoint(
    "getRepositoryVerification",
    tag=_TAG,
    returns={200: checks.Verification},
    errors=(NotFound,),
)
async def verification(actor: Actor, short_id: str, doctor: Doctor) -> checks.Verification:
    """Get the newest checks and the share of the data that was read lately."""
    return await doctor.verification(actor, short_id)


@repositories_v1.get("/<short_id:str>/stats/history")
@endpoint(
    "getRepositoryStatsHistory",
    tag=_TAG,
    query=checks.StatsHistoryQuery,
    returns={200: list[checks.StatsPoint]},
    errors=(Invalid, NotFound),
)
async def stats_history(
    actor: Actor, short_id: str, query: checks.StatsHistoryQuery, repositories: Repositories
) -> list[checks.StatsPoint]:
    """List the sizes of a repository over time, oldest first.

    The last week has at most one point per hour, the time before one per day, for two years.
    """
    return await repositories.stats_history(actor, short_id, days=query.days)
