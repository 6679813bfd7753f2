"""Map schedule rows to response models."""

from typing import Any, cast

from zerobyte.contract.webhooks import masked_webhook
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.schemas import ScheduleDetails, ScheduleView
from zerobyte.features.repositories import present as repositories
from zerobyte.features.tasks.schemas import Activity
from zerobyte.features.volumes import present as volumes

_COPIED_FIELDS = (
    "id", "short_id", "name", "volume_id", "repository_id", "enabled", "cron_expression",
    "timezone", "retention_policy", "exclude_patterns", "exclude_if_present", "include_paths",
    "include_patterns", "one_file_system", "custom_restic_params", "compression_mode",
    "max_retries", "catch_up", "last_backup_at", "last_backup_error", "created_at", "updated_at",
    "last_retention_at", "prune",
)  # fmt: skip


def _fields(row: Schedule, *, is_running: bool) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _COPIED_FIELDS}
    values["retry_delay"] = (row.retry_delay_ms + 30_000) // 60_000
    values["last_backup_status"] = "in_progress" if is_running else row.last_status
    values["jitter_seconds"] = row.jitter_s
    values["next_backup_at"] = row.next_run_at
    values["backup_webhooks"] = shown_webhooks(row)
    return values


def shown_webhooks(row: Schedule) -> dict[str, Any] | None:
    """Return the webhooks with secrets masked, even if an older row stores them in clear."""
    stored: Any = row.backup_webhooks
    values: Any = cast("Any", stored).get("shown") if isinstance(stored, dict) else None
    return masked_webhooks(cast("Any", values)) if isinstance(values, dict) else None


def masked_webhooks(values: dict[str, Any]) -> dict[str, Any]:
    """Return both webhooks with every value masked that may hold a secret."""
    hooks: dict[str, Any] = {name: values.get(name) for name in ("pre", "post")}
    return {
        name: masked_webhook(cast("Any", hook)) if isinstance(hook, dict) else None
        for name, hook in hooks.items()
    }


def view(row: Schedule, *, is_running: bool) -> ScheduleView:
    """Return a schedule without its volume and repository."""
    return ScheduleView.model_construct(**_fields(row, is_running=is_running))


def details(
    row: Schedule, *, is_running: bool, activity: Activity | None, host_message: str | None = None
) -> ScheduleDetails:
    """Return a schedule with its volume and repository, which must have been fetched."""
    values: dict[str, Any] = {
        **_fields(row, is_running=is_running),
        "volume": volumes.volume(row.volume),
        "repository": repositories.repository(row.repository),
        "activity": activity,
        "host_message": host_message,
    }
    return ScheduleDetails.model_construct(None, **values)
