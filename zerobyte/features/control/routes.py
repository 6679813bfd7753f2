"""Routes of the worker API, `POST /api/control/<method>`, for registered workers only."""

from typing import Final

from pydantic import ValidationError
from sanic import Blueprint

from zerobyte.contract.control_plane import (
    WORKER_HEADER,
    Announcements,
    AnnouncementsRequest,
    ClaimRequest,
    ClaimResponse,
    DeliveryReport,
    Empty,
    FinishReply,
    Hello,
    ProgressReport,
    RegisterReply,
    Renewed,
    RenewRequest,
    WorkerIdentity,
)
from zerobyte.contract.job_reports import JobReport
from zerobyte.core.errors import Forbidden, Invalid, Unauthenticated
from zerobyte.features.control.service import WorkerApi
from zerobyte.features.tasks.service import RunAnnouncements, WorkerTokens
from zerobyte.http.auth import HttpRequest, Permission, header
from zerobyte.http.endpoint import endpoint

control = Blueprint("control", url_prefix="/api/control")


_HELLO: Final = "/api/control/hello"


@control.on_request
async def guard(request: HttpRequest) -> None:
    """Reject callers other than the registered worker of a host, before reading the body.

    The endpoints declare no permissions, so this is their only check.
    """
    host = await _token_host(request, request.app.ctx.services[WorkerTokens])
    if request.path.rstrip("/") == _HELLO:
        return
    worker = _caller(request)
    if worker.host != host:
        raise Forbidden("The worker's token was issued for another host")
    await request.app.ctx.services[WorkerApi].require_registered(worker)


async def _token_host(request: HttpRequest, tokens: WorkerTokens) -> str:
    """Return the host of the token in a request."""
    scheme, _, token = header(request, "authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("A worker's token is needed here")
    return await tokens.verify(token)


def _caller(request: HttpRequest) -> WorkerIdentity:
    """Return the identity of the calling process. Raises Invalid."""
    try:
        return WorkerIdentity.model_validate_json(header(request, WORKER_HEADER))
    except ValidationError:
        raise Invalid(
            "The call does not name its process. Run a worker of the same version as the API"
        ) from None


@control.post("/hello")
@endpoint(
    "hello",
    tag="Control",
    body=Hello,
    returns={200: RegisterReply},
    permission=Permission.PUBLIC,
    audited=False,
)
async def hello(
    request: HttpRequest, body: Hello, worker_api: WorkerApi, tokens: WorkerTokens
) -> RegisterReply:
    """Register a worker, or record its heartbeat."""
    return await worker_api.heartbeat(await _token_host(request, tokens), body)


@control.post("/announced")
@endpoint(
    "announced",
    tag="Control",
    body=AnnouncementsRequest,
    returns={200: Announcements},
    permission=Permission.PUBLIC,
    audited=False,
)
async def announced(
    request: HttpRequest, body: AnnouncementsRequest, announcements: RunAnnouncements
) -> Announcements:
    """Wait for flow runs that are created for the worker's host."""
    runs = await announcements.take(_caller(request).host, body.wait_ms / 1000)
    return Announcements(runs=runs)


@control.post("/claim")
@endpoint(
    "claim",
    tag="Control",
    body=ClaimRequest,
    returns={200: ClaimResponse},
    permission=Permission.PUBLIC,
    audited=False,
)
async def claim(request: HttpRequest, body: ClaimRequest, worker_api: WorkerApi) -> ClaimResponse:
    """Claim the job of a flow run."""
    return ClaimResponse(reply=await worker_api.claim(_caller(request), body))


@control.post("/renew")
@endpoint(
    "renew",
    tag="Control",
    body=RenewRequest,
    returns={200: Renewed},
    permission=Permission.PUBLIC,
    audited=False,
)
async def renew(request: HttpRequest, body: RenewRequest, worker_api: WorkerApi) -> Renewed:
    """Renew a lease and wait for a stop request."""
    return await worker_api.renew(_caller(request), body)


@control.post("/progress")
@endpoint(
    "progress",
    tag="Control",
    body=ProgressReport,
    returns={200: Empty},
    permission=Permission.PUBLIC,
    audited=False,
)
async def progress(request: HttpRequest, body: ProgressReport, worker_api: WorkerApi) -> Empty:
    """Report the progress of a task."""
    await worker_api.progress(_caller(request), body)
    return Empty()


@control.post("/finish")
@endpoint(
    "finish",
    tag="Control",
    body=JobReport,
    returns={200: FinishReply},
    permission=Permission.PUBLIC,
    audited=False,
)
async def finish(request: HttpRequest, body: JobReport, worker_api: WorkerApi) -> FinishReply:
    """Submit the report of a job."""
    return await worker_api.finish(_caller(request), body)


@control.post("/delivered")
@endpoint(
    "delivered",
    tag="Control",
    body=DeliveryReport,
    returns={200: Empty},
    permission=Permission.PUBLIC,
    audited=False,
)
async def delivered(request: HttpRequest, body: DeliveryReport, worker_api: WorkerApi) -> Empty:
    """Report the deliveries of notifications."""
    await worker_api.report_deliveries(_caller(request), body)
    return Empty()
