"""Reading tasks: the active ones, one, and the history."""

from collections.abc import Sequence
from typing import Final

from tortoise.expressions import Q

from zerobyte.core.errors import Invalid, NotFound
from zerobyte.features.tasks import present
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.features.tasks.schemas import HistoryPage, HistoryQuery, ListTasksQuery, TaskView
from zerobyte.http.actor import Actor

PAGE_SIZE: Final = 25


class TaskReader:
    """Answers questions about tasks; changes nothing."""

    async def active(self, actor: Actor, query: ListTasksQuery) -> list[TaskView]:
        """The active tasks that match, newest first."""
        check(query)
        rows = (
            await Task.filter(organization_id=actor.organization_id, status__in=ACTIVE)
            .filter(**_filters(query))
            .order_by("-created_at", "-id")
        )
        return [present.view(row) for row in rows]

    async def get(self, actor: Actor, task_id: str) -> TaskView:
        """One task in any state."""
        row = await Task.get_or_none(id=task_id, organization_id=actor.organization_id)
        if row is None:
            raise NotFound("Task not found")
        return present.view(row)

    async def history(self, actor: Actor, query: HistoryQuery) -> HistoryPage:
        """One page of all tasks, newest first; a page beyond the end is empty."""
        wanted = Q(organization_id=actor.organization_id)
        if query.kind is not None:
            wanted &= Q(kind=query.kind)
        if query.outcome == "running":
            wanted &= Q(status__in=ACTIVE)
        elif query.outcome is not None:
            wanted &= Q(outcome=query.outcome) & ~Q(status__in=ACTIVE)
        total = await Task.filter(wanted).count()
        rows = (
            await Task.filter(wanted)
            .order_by("-created_at", "-id")
            .offset((query.page - 1) * PAGE_SIZE)
            .limit(PAGE_SIZE)
        )
        return HistoryPage(
            organization_id=actor.organization_id,
            items=[present.history_item(row) for row in rows],
            page=query.page,
            page_size=PAGE_SIZE,
            total_items=total,
            total_pages=-(-total // PAGE_SIZE),
        )

    async def busy_resources(self, kind: str, resource_ids: Sequence[str]) -> set[str]:
        """Which of these resources have an active task of a kind."""
        rows = await Task.filter(
            kind=kind, resource_id__in=list(resource_ids), status__in=ACTIVE
        ).values_list("resource_id", flat=True)
        return {str(row) for row in rows}


def check(query: ListTasksQuery) -> None:
    """Refuse a resource's type without its id, and the other way round."""
    if (query.resource_type is None) != (query.resource_id is None):
        missing = "resourceType" if query.resource_type is None else "resourceId"
        raise Invalid.at([missing], "resourceType and resourceId must be provided together")


def matches(query: ListTasksQuery, task: dict[str, object]) -> bool:
    """Whether a task, as told on the event stream, is one that the query asks for."""
    return all(
        wanted is None or task[name] == wanted
        for name, wanted in (
            ("kind", query.kind),
            ("resourceType", query.resource_type),
            ("resourceId", query.resource_id),
            ("operationKey", query.operation_key),
        )
    )


def _filters(query: ListTasksQuery) -> dict[str, str]:
    given = query.model_dump(by_alias=False, exclude_none=True)
    return {name: str(value) for name, value in given.items()}
