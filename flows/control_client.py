"""The control plane over HTTP, from the worker's side.

Owns the bearer token, the time limits and how a failed call is told. One client belongs to one
event loop. Knows nothing of what is said beyond the contract.
"""

import json
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from zerobyte.contract.control_plane import (
    NOT_REGISTERED,
    WORKER_HEADER,
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
from zerobyte.contract.jobs import JobReport
from zerobyte.core.errors import Conflict, Failed, Unauthenticated, Unavailable

M = TypeVar("M", bound=BaseModel)


class WorkerApiClient:
    """A `ControlPlane` that asks the API; close it with `aclose`.

    api_url     without `/api`.
    token       binds this worker to its host.
    worker      this process; the API accepts calls of the one that said hello.
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
        """Say that this worker lives."""
        return await self._ask("hello", worker, RegisterReply)

    async def claim(self, request: ClaimRequest) -> Granted | Wait | Refused:
        """Take the lease of one job."""
        return (await self._ask("claim", request, ClaimResponse, timeout_s=30)).reply

    async def renew(self, request: RenewRequest) -> Renewed:
        """Keep the lease; the answer may take `wait_ms`."""
        return await self._ask("renew", request, Renewed, timeout_s=request.wait_ms / 1000 + 5)

    async def progress(self, report: ProgressReport) -> None:
        """Show how far the work is."""
        await self._ask("progress", report, Empty, timeout_s=5)

    async def finish(self, report: JobReport) -> FinishReply:
        """Hand in how the job ended."""
        return await self._ask("finish", report, FinishReply, timeout_s=30)

    async def report_deliveries(self, report: DeliveryReport) -> None:
        """Say what became of the notifications."""
        await self._ask("delivered", report, Empty)

    async def _ask(
        self, method: str, said: BaseModel, answer: type[M], *, timeout_s: float = 10.0
    ) -> M:
        try:
            response = await self._client.post(
                method,
                content=said.model_dump_json(by_alias=True),
                timeout=httpx.Timeout(timeout_s, connect=3.0),
            )
        except httpx.TransportError as error:
            raise Unavailable("The API does not answer", details=type(error).__name__) from error
        if response.status_code in (401, 403):
            raise Unauthenticated("The API does not accept this worker's token")
        if response.status_code == 409 and _said(response, "code") == NOT_REGISTERED:
            raise Unavailable("The API does not know this worker yet")
        if response.status_code == 409:
            raise Conflict(_said(response, "message") or f"The API refused to {method}")
        if response.status_code >= 500 or response.status_code == 429:
            raise Unavailable(f"The API answered {response.status_code}")
        if not response.is_success:
            raise Failed(f"The API refused to {method}", details=_said(response, "message"))
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise Failed(f"The API's answer to {method} cannot be read") from error

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()


def _said(response: httpx.Response, name: str) -> str | None:
    try:
        return str(response.json()[name])
    except (ValueError, KeyError, TypeError):
        return None
