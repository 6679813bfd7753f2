"""The door for workers, `POST /api/control/<method>`, opened by the worker's token alone."""

from sanic import Blueprint

from zerobyte.contract.control_plane import (
    ClaimReplyBox,
    ClaimRequest,
    DeliveryReport,
    Finished,
    Hello,
    Nothing,
    ProgressReport,
    Renewed,
    RenewRequest,
    Welcome,
)
from zerobyte.contract.jobs import JobReport
from zerobyte.core.errors import Unauthenticated
from zerobyte.core.secrets import WorkerTokens
from zerobyte.features.control.service import Control
from zerobyte.http.actor import HttpRequest, Permission, header
from zerobyte.http.endpoint import endpoint

control = Blueprint("control", url_prefix="/api/control")


@control.on_request
async def guard(request: HttpRequest) -> None:
    """Refuse whoever has no token before their body is read: nobody counts what is asked here."""
    _host(request, request.app.ctx.services[WorkerTokens])


def _host(request: HttpRequest, tokens: WorkerTokens) -> str:
    scheme, _, token = header(request, "authorization").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("A worker's token is needed here")
    return tokens.verify(token)


@control.post("/hello")
@endpoint(
    "hello",
    tag="Control",
    body=Hello,
    returns={200: Welcome},
    permission=Permission.PUBLIC,
    audited=False,
)
async def hello(request: HttpRequest, body: Hello, plane: Control, tokens: WorkerTokens) -> Welcome:
    """Say that a worker lives."""
    return await plane.hello(_host(request, tokens), body)


@control.post("/claim")
@endpoint(
    "claim",
    tag="Control",
    body=ClaimRequest,
    returns={200: ClaimReplyBox},
    permission=Permission.PUBLIC,
    audited=False,
)
async def claim(
    request: HttpRequest, body: ClaimRequest, plane: Control, tokens: WorkerTokens
) -> ClaimReplyBox:
    """Take the job of a flow run."""
    return ClaimReplyBox(reply=await plane.claim(_host(request, tokens), body))


@control.post("/renew")
@endpoint(
    "renew",
    tag="Control",
    body=RenewRequest,
    returns={200: Renewed},
    permission=Permission.PUBLIC,
    audited=False,
)
async def renew(
    request: HttpRequest, body: RenewRequest, plane: Control, tokens: WorkerTokens
) -> Renewed:
    """Keep a lease."""
    return await plane.renew(_host(request, tokens), body)


@control.post("/progress")
@endpoint(
    "progress",
    tag="Control",
    body=ProgressReport,
    returns={200: Nothing},
    permission=Permission.PUBLIC,
    audited=False,
)
async def progress(
    request: HttpRequest, body: ProgressReport, plane: Control, tokens: WorkerTokens
) -> Nothing:
    """Show how far a task is."""
    await plane.progress(_host(request, tokens), body)
    return Nothing()


@control.post("/finish")
@endpoint(
    "finish",
    tag="Control",
    body=JobReport,
    returns={200: Finished},
    permission=Permission.PUBLIC,
    audited=False,
)
async def finish(
    request: HttpRequest, body: JobReport, plane: Control, tokens: WorkerTokens
) -> Finished:
    """Hand in how a job ended."""
    return await plane.finish(_host(request, tokens), body)


@control.post("/delivered")
@endpoint(
    "delivered",
    tag="Control",
    body=DeliveryReport,
    returns={200: Nothing},
    permission=Permission.PUBLIC,
    audited=False,
)
async def delivered(
    request: HttpRequest, body: DeliveryReport, plane: Control, tokens: WorkerTokens
) -> Nothing:
    """Say what became of notifications."""
    await plane.delivered(_host(request, tokens), body)
    return Nothing()
