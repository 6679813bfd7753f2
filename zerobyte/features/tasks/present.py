"""Rows of tasks as clients see them."""

from typing import Any

from pydantic import ValidationError

from zerobyte.features.tasks.models import ACTIVE, RUNNING, Task
from zerobyte.features.tasks.schemas import Activity, HistoryItem, TaskView, UnavailableTarget

_FALLBACK_MESSAGES = {
    "warning": "Backup completed with warnings.",
    "error": "Task failed.",
    "cancelled": "Task was cancelled.",
    "stale": "Task stopped reporting before it completed.",
}


def view(task: Task, activity: Activity | None) -> TaskView:
    """One task in full; what moves in it is known as long as it runs."""
    shown = TaskView.model_validate(task, from_attributes=True)
    shown.activity = activity if task.status in RUNNING else None
    return shown


def is_active(task: Task) -> bool:
    """Whether what is shown of a task changes with time, and not with its row alone."""
    return task.status in ACTIVE


def outcome_of(task: Task) -> str | None:
    """How a task ended, or that it has not."""
    return "running" if task.status in ACTIVE else task.outcome


def message_of(task: Task) -> str | None:
    """The sentence of the history: what went wrong, if anything."""
    if task.error:
        return task.error
    if task.message:
        return task.message
    return _FALLBACK_MESSAGES.get(task.outcome or "")


def history_item(task: Task) -> HistoryItem:
    """One line of the history; a row of an unknown shape does not break the page."""
    fields: dict[str, Any] = {
        "id": task.id,
        "kind": task.kind,
        "status": task.status,
        "outcome": outcome_of(task),
        "started_at": task.started_at,
        "finished_at": task.finished_at,
        "message": message_of(task),
        "created_at": task.created_at,
    }
    try:
        return HistoryItem.model_validate({**fields, "target": task.target})
    except ValidationError:
        target = UnavailableTarget(label=task.resource_id, secondary=None)
        return HistoryItem.model_validate({**fields, "target": target})


def history_event(task: Task, previous: str | None) -> dict[str, Any]:
    """The payload of `task:history-changed`."""
    item = history_item(task).model_dump(mode="json", by_alias=True)
    for name in ("target", "createdAt"):
        item.pop(name)
    return {
        "organizationId": task.organization_id,
        "previousOutcome": previous,
        "item": item,
    }
