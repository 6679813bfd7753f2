"""Send the states of a run to Prefect beside its work, in order, until Prefect has them.

Prefect's flow engine waits for Prefect before each step of a run: the same answers come here from
`RunClient` at once, and the real calls follow in the background. So a slow or absent Prefect delays
no run. Whether a run may work is decided by its claim and its lease, not by Prefect.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Self
from uuid import UUID

import httpx
from prefect import Flow
from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import (
    OrchestrationResult,
    SetStateStatus,
    StateAcceptDetails,
    StateWaitDetails,
)
from prefect.context import AsyncClientContext, ContextModel, SyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect.flow_engine import run_flow_async
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL
from prefect.states import Pending

from zerobyte.core.aio import wait_for_event
from zerobyte.core.log import get_logger
from zerobyte.core.retry import Backoff

FINISH_LIMIT_S: Final = 10.0
"""How long the end of a run waits for Prefect; later the worker sends the final state again."""

STOPPING_LIMIT_S: Final = 2.0
"""The same while the worker stops; the next worker ends the run in Prefect."""

_log = get_logger(__name__)


class RunRecord:
    """The states of one run on their way to Prefect.

    on_cancel   called when Prefect answers that a user cancelled the run.
    is_recorded True once Prefect has accepted the end of the run, or has deleted the run.
    """

    def __init__(
        self, client: "RunClient", flow_run: FlowRun, *, on_cancel: Callable[[], object]
    ) -> None:
        self.flow_run = flow_run
        self.is_recorded = False
        self._client = client
        self._on_cancel = on_cancel
        self._is_cancelled = False
        self._unsent: deque[tuple[State[Any], bool]] = deque()
        self._is_new = asyncio.Event()
        self._is_sent = asyncio.Event()
        self._sender = asyncio.create_task(self._send(), name=f"states of {flow_run.id}")

    def add(self, state: State[Any], *, force: bool = False) -> None:
        """Send a state after all earlier ones."""
        self._unsent.append((state, force))
        self._is_sent.clear()
        self._is_new.set()

    async def finish(self, limit_s: float) -> bool:
        """Wait until all states are sent. Returns whether Prefect accepted the end of the run."""
        await wait_for_event(self._is_sent, limit_s)
        self._sender.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)
        return self.is_recorded

    async def _send(self) -> None:
        backoff = Backoff(jitter=True)
        while True:
            await self._is_new.wait()
            self._is_new.clear()
            while self._unsent:
                state, force = self._unsent[0]
                if self._is_cancelled and not state.is_final():
                    # Prefect would accept Running, as if a user had started the run again.
                    self._unsent.popleft()
                    continue
                try:
                    reply = await self._client.send_state(self.flow_run.id, state, force=force)
                except ObjectNotFound:
                    self._unsent.clear()
                    self.is_recorded = True
                except Exception as error:
                    _log.debug("a state is not in Prefect yet", error=type(error).__name__)
                    await asyncio.sleep(backoff.next_s())
                else:
                    backoff.reset()
                    await self._take(reply)
            self._is_sent.set()

    async def _take(self, reply: OrchestrationResult[Any]) -> None:
        if isinstance(reply.details, StateWaitDetails):
            await asyncio.sleep(reply.details.delay_seconds)
            return
        state, _ = self._unsent.popleft()
        is_end = state.is_final() or state.is_scheduled()
        self.is_recorded = is_end and reply.status == SetStateStatus.ACCEPT
        in_prefect = reply.state
        if in_prefect is not None and (in_prefect.is_cancelling() or in_prefect.is_cancelled()):
            self._is_cancelled = True
            self._on_cancel()


class RunClient(PrefectClient):
    """Prefect's client for flows: calls about the state of a recorded run return at once.

    One client belongs to one event loop, and all runs there share its connections. Prefect would
    make a client for each run, which costs a TLS context and two requests.
    """

    def __init__(self) -> None:
        url, auth = str(PREFECT_API_URL.value()), PREFECT_API_AUTH_STRING.value()
        super().__init__(url, auth_string=auth)
        # Prefect makes a blocking client at each start, and sends nothing with it.
        self._blocking = SyncPrefectClient(url, auth_string=auth)
        self._records: dict[UUID, RunRecord] = {}

    async def run(
        self, flow: Flow[..., Any], flow_run: FlowRun, *, on_cancel: Callable[[], object]
    ) -> RunRecord:
        """Run a flow to its end and return its record, whose states may not all be sent yet."""
        record = RunRecord(self, flow_run, on_cancel=on_cancel)
        self._records[flow_run.id] = record
        record.add(Pending())
        try:
            with _SharedClient(self), _SharedBlockingClient(self._blocking):
                await run_flow_async(
                    flow, flow_run=flow_run, parameters=flow_run.parameters, return_type="state"
                )
        except Exception as error:
            _log.error("a run failed without a state", run=str(flow_run.id), exc_info=error)
        finally:
            del self._records[flow_run.id]
        return record

    async def send_state(
        self, flow_run_id: UUID, state: State[Any], *, force: bool
    ) -> OrchestrationResult[Any]:
        """Set a state in Prefect now."""
        return await super().set_flow_run_state(flow_run_id, state, force=force)

    async def set_flow_run_state(
        self, flow_run_id: UUID | str, state: State[Any], force: bool = False
    ) -> OrchestrationResult[Any]:
        """Accept the state of a recorded run at once, and send it in the background."""
        record = self._records.get(UUID(str(flow_run_id)))
        if record is None:
            return await super().set_flow_run_state(flow_run_id, state, force=force)
        record.add(state, force=force)
        return OrchestrationResult(
            state=state, status=SetStateStatus.ACCEPT, details=StateAcceptDetails()
        )

    async def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        """Return a recorded run as its engine knows it."""
        record = self._records.get(flow_run_id)
        return record.flow_run if record else await super().read_flow_run(flow_run_id)

    async def update_flow_run(
        self, flow_run_id: UUID, *args: Any, **changes: Any
    ) -> httpx.Response:
        """Change a run, but not its retry policy before each start: our flows have none."""
        if flow_run_id in self._records and "empirical_policy" in changes:
            return httpx.Response(204)
        return await super().update_flow_run(flow_run_id, *args, **changes)


class _SharedClient(AsyncClientContext):
    """Prefect's context variable for its client, with a client that exists already."""

    def __init__(self, client: PrefectClient) -> None:
        ContextModel.__init__(self, client=client)


class _SharedBlockingClient(SyncClientContext):
    """The same for the blocking client; entering it sends no request."""

    def __init__(self, client: SyncPrefectClient) -> None:
        ContextModel.__init__(self, client=client)

    def __enter__(self) -> Self:
        ContextModel.__enter__(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        ContextModel.__exit__(self, *exc_info)
