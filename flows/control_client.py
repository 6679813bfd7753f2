"""HTTP client of the worker API: bearer token, timeouts, and errors of failed calls.

One client belongs to one event loop.
"""

import json
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from zerobyte.contract.control_plane import (
    NOT_REGISTERED,
    WORKER_HEADER,
    Announcements,
    AnnouncementsRequest,
    ClaimRequest,
    ClaimResponse,
    DeliveryReport,
    Empty,
    FinishReply,
    Granted,
    Hello,
    ProgressReport,
    Refused,
    RegisterReply,
    Renewed,
    RenewRequest,
    Wait,
    WorkerIdentity,
)
from zerobyte.contract.job_reports import JobReport
from zerobyte.core.errors import Conflict, Failed, Unauthenticated, Unavailable

M = TypeVar("M", bound=BaseModel)


class WorkerApiClient:
    """A `ControlPlane` that calls the API over HTTP; close it with `aclose`.

    api_url     without `/api`.
    token       binds this worker to its host.
    worker      this process; the API accepts calls only from the registered process of a host.
    """

    def __init__(self, api_url: str, token: str, worker: WorkerIdentity) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{api_url.rstrip('/')}/api/control/",
            headers={
                "authorization": f"Bearer {token}",
                "content-type": "application/json",
                WORKER_HEADER: json.dumps(worker.model_dump(mode="json", by_alias=True)),
            },
            timeout=httpx.Timeout(10.0, connect=3.0),
            trust_env=False,
        )

    async def heartbeat(self, worker: Hello) -> RegisterReply:
        """Report that this worker is running."""
        return await self._call("hello", worker, RegisterReply)

    async def announced_runs(self, request: AnnouncementsRequest) -> Announcements:
        """Return flow runs that were just created for this host; the reply may take `wait_ms`."""
        timeout_s = request.wait_ms / 1000 + 5
        return await self._call("announced", request, Announcements, timeout_s=timeout_s)

    async def claim(self, request: ClaimRequest) -> Granted | Wait | Refused:
        """Claim a job and its lease."""
        return (await self._call("claim", request, ClaimResponse, timeout_s=30)).reply

    async def renew(self, request: RenewRequest) -> Renewed:
        """Renew the lease; the reply may take `wait_ms`."""
        return await self._call("renew", request, Renewed, timeout_s=request.wait_ms / 1000 + 5)

    async def progress(self, report: ProgressReport) -> None:
        """Report the progress of a job."""
        await self._call("progress", report, Empty, timeout_s=5)

    async def finish(self, report: JobReport) -> FinishReply:
        """Submit the final report of a job."""
        return await self._call("finish", report, FinishReply, timeout_s=30)

    async def report_deliveries(self, report: DeliveryReport) -> None:
        """Report the deliveries of notifications."""
        await self._call("delivered", report, Empty)

    async def _call(
        self, method: str, body: BaseModel, reply: type[M], *, timeout_s: float = 10.0
    ) -> M:
        try:
            response = await self._client.post(
                method,
                content=body.model_dump_json(by_alias=True),
                timeout=httpx.Timeout(timeout_s, connect=3.0),
            )
        except httpx.TransportError as error:
            raise Unavailable("The API does not answer", details=type(error).__name__) from error
        if response.status_code in (401, 403):
            raise Unauthenticated("The API does not accept this worker's token")
        if response.status_code == 409 and _error_field(response, "code") == NOT_REGISTERED:
            raise Unavailable("The API does not know this worker yet")
        if response.status_code == 409:
            raise Conflict(
                _error_field(response, "message") or f"The API rejected the call {method}"
            )
        if response.status_code >= 500 or response.status_code == 429:
            raise Unavailable(f"The API answered {response.status_code}")
        if not response.is_success:
            raise Failed(
                f"The API rejected the call {method}", details=_error_field(response, "message")
            )
        try:
            return reply.model_validate_json(response.content)
        except ValidationError as error:
            raise Failed(f"The API's reply to {method} cannot be parsed") from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _error_field(response: httpx.Response, name: str) -> str | None:
    try:
        return str(response.json()[name])
    except (ValueError, KeyError, TypeError):
        return None
