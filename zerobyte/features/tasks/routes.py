"""Routes of tasks."""

from collections.abc import AsyncIterator

from sanic import Blueprint

from zerobyte.core.errors import Conflict, NotFound
from zerobyte.features.events.bus import Event, EventBus, Subscription
from zerobyte.features.tasks.schemas import (
    Cancelling,
    HistoryPage,
    HistoryQuery,
    ListTasksQuery,
    TaskView,
)
from zerobyte.features.tasks.service import TaskReader, Tasks
from zerobyte.features.tasks.service.queries import check, matches
from zerobyte.http import sse
from zerobyte.http.auth import Actor, HttpRequest
from zerobyte.http.endpoint import Encoded, endpoint

tasks_v1 = Blueprint("tasks", url_prefix="/api/v1/tasks")


@tasks_v1.get("")
@endpoint("listTasks", tag="Tasks", query=ListTasksQuery, returns={200: list[TaskView]})
async def list_active(actor: Actor, query: ListTasksQuery, reader: TaskReader) -> list[TaskView]:
    """List the tasks that are queued, running or being cancelled."""
    return await reader.active(actor, query)


@tasks_v1.get("/history")
@endpoint("listTaskHistory", tag="Tasks", query=HistoryQuery, returns={200: HistoryPage})
async def history(actor: Actor, query: HistoryQuery, reader: TaskReader) -> Encoded[HistoryPage]:
    """List all tasks, newest first, 25 to a page."""
    return await reader.history(actor, query)


@tasks_v1.get("/events")
@endpoint(
    "streamTasksEvents",
    tag="Tasks",
    query=ListTasksQuery,
    returns={200: TaskView},
    content_type="text/event-stream",
)
async def stream_all(
    actor: Actor, query: ListTasksQuery, request: HttpRequest, reader: TaskReader, bus: EventBus
) -> None:
    """Stream the active tasks that match, then each change of a matching task."""
    check(query)
    with bus.subscribe(actor.organization_id) as subscription:
        active = await reader.active(actor, query)
        snapshot = [task.model_dump(mode="json", by_alias=True) for task in active]

        async def changes() -> AsyncIterator[Event]:
            async for event in subscription:
                if event.name == "task:changed" and matches(query, event.payload):
                    yield event

        first = [("tasks:snapshot", snapshot)]
        await sse.stream(request, changes(), first=first, listener=actor)


@tasks_v1.get("/<task_id:str>")
@endpoint("getTask", tag="Tasks", returns={200: TaskView}, errors=(NotFound,))
async def get(actor: Actor, task_id: str, reader: TaskReader) -> Encoded[TaskView]:
    """Get a task in any state."""
    return await reader.get_encoded(actor, task_id)


@tasks_v1.get("/<task_id:str>/events")
@endpoint(
    "streamTaskEvents",
    tag="Tasks",
    returns={200: TaskView},
    errors=(NotFound,),
    content_type="text/event-stream",
)
async def stream_one(
    actor: Actor, task_id: str, request: HttpRequest, reader: TaskReader, bus: EventBus
) -> None:
    """Stream one task: its current state, then each change."""
    with bus.subscribe(actor.organization_id) as subscription:
        task = await reader.get(actor, task_id)
        first = ("task:changed", task.model_dump(mode="json", by_alias=True))
        changes = _changes_of(task_id, subscription)
        await sse.stream(request, changes, first=[first], listener=actor)


async def _changes_of(task_id: str, subscription: Subscription) -> AsyncIterator[Event]:
    async for event in subscription:
        if event.name == "task:changed" and event.payload["id"] == task_id:
            yield event


@tasks_v1.post("/<task_id:str>/cancel")
@endpoint("cancelTask", tag="Tasks", returns={202: Cancelling}, errors=(NotFound, Conflict))
async def cancel(actor: Actor, task_id: str, tasks: Tasks) -> Cancelling:
    """Request a task to stop; the event streams report its end."""
    await tasks.cancel(actor, task_id)
    return Cancelling()
