"""Queries of tasks: the active ones, one, and the history."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from tortoise.expressions import Q, RawSQL

from zerobyte.core.errors import Invalid, NotFound
from zerobyte.db.query_cache import CachedQuery, JsonCache, int_param, param
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
_ONE: Final = CachedQuery(
    lambda: Task.filter(organization_id=param(0), id=param(1)).annotate(
        followed_by=RawSQL(_FOLLOWED_BY)
    )
)
_ITEMS: Final = JsonCache(present.history_item, HistoryItem)


@cache
def _pages(outcome: HistoryOutcome | None, *, of_kind: bool) -> CachedQuery[Task]:
    """Return the query of a history page: one outcome or all, one kind (parameter 1) or all."""
    filters = Q(organization_id=param(0))
    if of_kind:
        filters &= Q(kind=param(1))
    if outcome == "running":
        filters &= Q(status__in=ACTIVE)
    elif outcome is not None:
        filters &= Q(outcome=outcome) & ~Q(status__in=ACTIVE)
    return CachedQuery(
        lambda: (
            Task.filter(filters)
            .order_by("-created_at", "-id")
            .offset(int_param(2))
            .limit(PAGE_SIZE)
        )
    )


class TaskReader:
    """Read-only queries of tasks."""

    def __init__(self, *, activities: StallTracker) -> None:
        self._view = activities.view
        self._shown = JsonCache(activities.view, TaskView, time_dependent=present.is_active)

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
        row = await _ONE.first(actor.organization_id, task_id)
        if row is None:
            raise NotFound("Task not found")
        return self._view(row)

    async def get_encoded(self, actor: Actor, task_id: str) -> Encoded[TaskView]:
        """Return a task in any state, encoded as a response. Raises NotFound."""
        found = await _ONE.serialized(self._shown, actor.organization_id, task_id)
        if not found:
            raise NotFound("Task not found")
        return Encoded(found[0])

    async def history(self, actor: Actor, query: HistoryQuery) -> Encoded[HistoryPage]:
        """Return one page of all tasks, newest first; a page beyond the end is empty."""
        pages = _pages(query.outcome, of_kind=query.kind is not None)
        # A query without the filter has no parameter for the kind.
        filters = (actor.organization_id, query.kind, (query.page - 1) * PAGE_SIZE)
        total = await pages.count(*filters)
        items = Encoded.list_of(await pages.serialized(_ITEMS, *filters))
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
