"""Map task rows to response models and events."""

from typing import Any, Final, cast

import orjson
from pydantic import TypeAdapter, ValidationError

from zerobyte.contract.job_reports import TaskProgress, TaskResult
from zerobyte.features.tasks.models import ACTIVE, RUNNING, Task
from zerobyte.features.tasks.schemas import (
    Activity,
    HistoryItem,
    TaskTarget,
    TaskView,
    UnavailableTarget,
)
from zerobyte.features.tasks.schemas.inputs import PRIVATE_INPUT, TaskInput

_FALLBACK_MESSAGES = {
    "warning": "Backup completed with warnings.",
    "error": "Task failed.",
    "cancelled": "Task was cancelled.",
    "stale": "Task stopped reporting before it completed.",
}


_INPUT: Final = TypeAdapter[Any](TaskInput)
_PROGRESS: Final = TypeAdapter[Any](TaskProgress)
_RESULT: Final = TypeAdapter[Any](TaskResult)
_TARGET: Final = TypeAdapter[Any](TaskTarget)


def view(task: Task, activity: Activity | None) -> TaskView:
    """Return a task; its activity is known only while it runs."""
    values = {name: getattr(task, name) for name in TaskView.model_fields if name != "activity"}
    values["input"] = _as_known(_INPUT, task.input) or {"kind": task.kind}
    values["progress"] = _as_known(_PROGRESS, task.progress)
    values["result"] = _as_known(_RESULT, _with_plan(task))
    values["activity"] = activity if task.status in RUNNING else None
    return TaskView.model_construct(**values)


def _as_known(adapter: TypeAdapter[Any], stored: Any) -> dict[str, Any] | None:
    """Return stored JSON in the current form, or unchanged if it does not validate."""
    if not isinstance(stored, dict):
        return None
    mapping = cast("dict[str, Any]", stored)
    try:
        return adapter.dump_python(adapter.validate_python(mapping), mode="json", by_alias=True)
    except ValidationError:
        return {name: value for name, value in mapping.items() if name not in PRIVATE_INPUT}


def _with_plan(task: Task) -> Any:
    """Return the result with the forget plan and prune added to its retention record.

    They are stored once, in the result of the forget task, and are added if that was read too.
    """
    result = _mapping(task.result)
    record = _mapping(result.get("retention"))
    followed_by_result: Any = getattr(task, "followed_by", None)
    if not record or "plan" in record or followed_by_result is None:
        return task.result
    if isinstance(followed_by_result, (str, bytes)):
        try:
            followed_by_result = orjson.loads(followed_by_result)
        except orjson.JSONDecodeError:
            return task.result
    forget = _mapping(followed_by_result)
    shown = {**record, "plan": forget.get("plan"), "pruned": forget.get("pruned")}
    return {**result, "retention": shown}


def _mapping(stored: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", stored) if isinstance(stored, dict) else {}


def is_active(task: Task) -> bool:
    """Returns True if the response changes with time and not only with the row."""
    return task.status in ACTIVE


def outcome_of(task: Task) -> str | None:
    """Return the outcome of a task, or `running`."""
    return "running" if task.status in ACTIVE else task.outcome


def message_of(task: Task) -> str | None:
    """Return the message of the history: the error, a remark or a default text."""
    if task.error:
        return task.error
    if task.message:
        return task.message
    return _FALLBACK_MESSAGES.get(task.outcome or "")


def history_item(task: Task) -> HistoryItem:
    """Return an entry of the history; a damaged target does not break the page."""
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
        target = _TARGET.validate_python(task.target)
    except ValidationError:
        target = UnavailableTarget(label=task.resource_id, secondary=None)
    return HistoryItem.model_construct(**fields, target=target)


def history_event(task: Task, previous: str | None) -> dict[str, Any]:
    """Return the payload of `task:history-changed`."""
    item = history_item(task).model_dump(mode="json", by_alias=True)
    for name in ("target", "createdAt"):
        item.pop(name)
    return {
        "organizationId": task.organization_id,
        "previousOutcome": previous,
        "item": item,
    }
