"""Queries of tasks: the active ones, one, and the history."""

from collections.abc import Sequence
from typing import Final

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import CountQuery, QuerySet

from zerobyte.core.errors import Invalid, NotFound
from zerobyte.db.query_cache import CachedQuery, JsonCache
from zerobyte.features.tasks import present
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.schemas import (
    HistoryItem,
    HistoryOutcome,
    HistoryPage,
    HistoryQuery,
    ListTasksQuery,
    TaskView,
)
from zerobyte.features.tasks.service.stalls import StallTracker
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded

PAGE_SIZE: Final = 25


# The forget plan that belongs to a backup is stored with its forget task.
_FOLLOWED_BY: Final = """(SELECT "f"."result" FROM "tasks" "f" \
WHERE "f"."parent_id"="tasks"."id" AND "f"."kind"='forget' ORDER BY "f"."id" DESC LIMIT 1)"""

_ITEMS: Final = JsonCache(present.history_item, HistoryItem)


def _tasks(
    organization_id: str, outcome: HistoryOutcome | None, kind: str | None
) -> QuerySet[Task]:
    """Return the query of the history with one outcome or all, and one kind or all."""
    query = Task.filter(organization_id=organization_id)
    if kind is not None:
        query = query.filter(kind=kind)
    if outcome == "running":
        return query.filter(status__in=ACTIVE)
    return query if outcome is None else query.filter(~Q(status__in=ACTIVE), outcome=outcome)


@CachedQuery
def _page_query(
    organization_id: str, outcome: HistoryOutcome | None, kind: str | None, offset: int
) -> QuerySet[Task]:
    query = _tasks(organization_id, outcome, kind).order_by("-created_at", "-id")
    return query.offset(offset).limit(PAGE_SIZE)


@CachedQuery
def _total_query(
    organization_id: str, outcome: HistoryOutcome | None, kind: str | None
) -> CountQuery:
    return _tasks(organization_id, outcome, kind).count()


@CachedQuery
def _row_query(organization_id: str, task_id: str) -> QuerySet[Task]:
    query = Task.filter(organization_id=organization_id, id=task_id)
    return query.annotate(followed_by=RawSQL(_FOLLOWED_BY))


class TaskReader:
    """Read-only queries of tasks."""

    def __init__(self, *, activities: StallTracker) -> None:
        self._view = activities.view
        self._encoded = JsonCache(activities.view, TaskView, time_dependent=present.is_active)

    async def active(self, actor: Actor, query: ListTasksQuery) -> list[TaskView]:
        """List the active tasks that match, newest first."""
        check(query)
        rows = (
            await Task.filter(organization_id=actor.organization_id, status__in=ACTIVE)
            .filter(**_filters(query))
            .order_by("-created_at", "-id")
        )
        return [self._view(row) for row in rows]

    async def get(self, actor: Actor, task_id: str) -> TaskView:
        """Return a task in any state. Raises NotFound."""
        row = await _row_query.first(actor.organization_id, task_id)
        if row is None:
            raise NotFound("Task not found")
        return self._view(row)

    async def get_encoded(self, actor: Actor, task_id: str) -> Encoded[TaskView]:
        """Return a task in any state, encoded as a response. Raises NotFound."""
        tasks = await _row_query.serialized(self._encoded, actor.organization_id, task_id)
        if not tasks:
            raise NotFound("Task not found")
        return Encoded(tasks[0])

    async def history(self, actor: Actor, query: HistoryQuery) -> Encoded[HistoryPage]:
        """Return one page of all tasks, newest first; a page beyond the end is empty."""
        filters = (actor.organization_id, query.outcome, query.kind)
        total = await _total_query.number(*filters)
        offset = (query.page - 1) * PAGE_SIZE
        items = Encoded.list_of(await _page_query.serialized(_ITEMS, *filters, offset))
        return Encoded.with_encoded_fields(
            HistoryPage,
            {"items": items.body},
            organization_id=actor.organization_id,
            page=query.page,
            page_size=PAGE_SIZE,
            total_items=total,
            total_pages=-(-total // PAGE_SIZE),
        )

    async def busy_resources(self, kind: str, resource_ids: Sequence[str]) -> set[str]:
        """Return those resources that have an active task of a kind."""
        rows = await Task.filter(
            kind=kind, resource_id__in=list(resource_ids), status__in=ACTIVE
        ).values_list("resource_id", flat=True)
        return {str(row) for row in rows}


def check(query: ListTasksQuery) -> None:
    """Reject a resource type without an id, and an id without a type."""
    if (query.resource_type is None) != (query.resource_id is None):
        missing = "resourceType" if query.resource_type is None else "resourceId"
        raise Invalid.at([missing], "resourceType and resourceId must be provided together")


def matches(query: ListTasksQuery, task: dict[str, object]) -> bool:
    """Returns True if the task of an event matches the filters of a query."""
    return all(
        filters is None or task[name] == filters
        for name, filters in (
            ("kind", query.kind),
            ("resourceType", query.resource_type),
            ("resourceId", query.resource_id),
            ("operationKey", query.operation_key),
        )
    )


def _filters(query: ListTasksQuery) -> dict[str, str]:
    values = query.model_dump(by_alias=False, exclude_none=True)
    return {name: str(value) for name, value in values.items()}
