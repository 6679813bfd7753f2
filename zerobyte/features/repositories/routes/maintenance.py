"""Routes that check repositories."""

from zerobyte.core.errors import Conflict, Invalid, NotFound
from zerobyte.features.repositories.routes.repositories import repositories_v1
from zerobyte.features.repositories.schemas import checks
from zerobyte.features.repositories.service import Doctor
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
