"""The worker API, `POST /api/control/<method>`: for the registered worker with its token alone."""

from typing import Final

from pydantic import ValidationError
from sanic import Blueprint

from zerobyte.contract.control_plane import (
    WORKER_HEADER,
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
from zerobyte.contract.jobs import JobReport
from zerobyte.core.errors import Forbidden, Invalid, Unauthenticated
from zerobyte.features.control.service import WorkerApi
from zerobyte.features.tasks.service import WorkerTokens
from zerobyte.http.auth import HttpRequest, Permission, header
from zerobyte.http.endpoint import endpoint

control = Blueprint("control", url_prefix="/api/control")


_HELLO: Final = "/api/control/hello"


@control.on_request
async def guard(request: HttpRequest) -> None:
    """Refuse whoever is not the registered worker of a host, before their body is read.

    The endpoints declare no permission of their own; this is the only check of all of them.
    """
    host = await _host(request, request.app.ctx.services[WorkerTokens])
    if request.path.rstrip("/") == _HELLO:
        return
    worker = _named(request)
    if worker.host != host:
        raise Forbidden("The worker's token was issued for another host")
    await request.app.ctx.services[WorkerApi].require_registered(worker)


async def _host(request: HttpRequest, tokens: WorkerTokens) -> str:
    """Return the host of the token that a call carries."""
    scheme, _, token = header(request, "authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("A worker's token is needed here")
    return await tokens.verify(token)


def _named(request: HttpRequest) -> WorkerIdentity:
    """Read which process calls. Raises Invalid."""
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
    request: HttpRequest, body: Hello, plane: WorkerApi, tokens: WorkerTokens
) -> RegisterReply:
    """Say that a worker lives."""
    return await plane.heartbeat(await _host(request, tokens), body)


@control.post("/claim")
@endpoint(
    "claim",
    tag="Control",
    body=ClaimRequest,
    returns={200: ClaimResponse},
    permission=Permission.PUBLIC,
    audited=False,
)
async def claim(request: HttpRequest, body: ClaimRequest, plane: WorkerApi) -> ClaimResponse:
    """Take the job of a flow run."""
    return ClaimResponse(reply=await plane.claim(_named(request), body))


@control.post("/renew")
@endpoint(
    "renew",
    tag="Control",
    body=RenewRequest,
    returns={200: Renewed},
    permission=Permission.PUBLIC,
    audited=False,
)
async def renew(request: HttpRequest, body: RenewRequest, plane: WorkerApi) -> Renewed:
    """Keep a lease."""
    return await plane.renew(_named(request), body)


@control.post("/progress")
@endpoint(
    "progress",
    tag="Control",
    body=ProgressReport,
    returns={200: Empty},
    permission=Permission.PUBLIC,
    audited=False,
)
async def progress(request: HttpRequest, body: ProgressReport, plane: WorkerApi) -> Empty:
    """Show how far a task is."""
    await plane.progress(_named(request), body)
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
async def finish(request: HttpRequest, body: JobReport, plane: WorkerApi) -> FinishReply:
    """Hand in how a job ended."""
    return await plane.finish(_named(request), body)


@control.post("/delivered")
@endpoint(
    "delivered",
    tag="Control",
    body=DeliveryReport,
    returns={200: Empty},
    permission=Permission.PUBLIC,
    audited=False,
)
async def delivered(request: HttpRequest, body: DeliveryReport, plane: WorkerApi) -> Empty:
    """Say what became of notifications."""
    await plane.report_deliveries(_named(request), body)
    return Empty()
