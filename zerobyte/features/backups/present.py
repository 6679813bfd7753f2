"""Rows of schedules as clients see them."""

import hashlib
from typing import Any, cast

from zerobyte.contract.webhooks import BackupWebhooks, masked_webhook
from zerobyte.features.backups.models import Schedule
from zerobyte.features.backups.schemas import ScheduleDetails, ScheduleView
from zerobyte.features.repositories import present as repositories
from zerobyte.features.tasks.schemas import Activity
from zerobyte.features.volumes import present as volumes

_SAME = (
    "id", "short_id", "name", "volume_id", "repository_id", "enabled", "cron_expression",
    "timezone", "retention_policy", "exclude_patterns", "exclude_if_present", "include_paths",
    "include_patterns", "one_file_system", "custom_restic_params", "compression_mode",
    "max_retries", "catch_up", "last_backup_at", "last_backup_error", "created_at", "updated_at",
    "last_retention_at",
)  # fmt: skip


def _fields(row: Schedule, *, is_running: bool) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in _SAME}
    shown["retry_delay"] = (row.retry_delay_ms + 30_000) // 60_000
    shown["last_backup_status"] = "in_progress" if is_running else row.last_status
    shown["jitter_seconds"] = row.jitter_s
    shown["next_backup_at"] = next_run_at(row)
    shown["backup_webhooks"] = shown_webhooks(row)
    return shown


def delay_ms(row: Schedule) -> int:
    """How long after each due time a schedule runs: spread evenly over schedules, and its own."""
    digest = hashlib.sha256(row.short_id.encode()).digest()
    return int.from_bytes(digest[:8]) % (row.jitter_s + 1) * 1000


def next_run_at(row: Schedule) -> int | None:
    """When the schedule runs next by itself, epoch ms; None when it does not."""
    if not row.enabled:
        return None
    if row.retry_at is not None:
        return row.retry_at
    return None if row.next_backup_at is None else row.next_backup_at + delay_ms(row)


def shown_webhooks(row: Schedule) -> dict[str, Any] | None:
    """Return what people may see of the webhooks, masked also when an older row is in clear."""
    stored: Any = row.backup_webhooks
    shown: Any = cast("Any", stored).get("shown") if isinstance(stored, dict) else None
    return masked_webhooks(cast("Any", shown)) if isinstance(shown, dict) else None


def masked_webhooks(shown: dict[str, Any]) -> dict[str, Any]:
    """Return both webhooks with everything hidden that may hold a secret."""
    hooks: dict[str, Any] = {name: shown.get(name) for name in ("pre", "post")}
    return {
        name: masked_webhook(cast("Any", hook)) if isinstance(hook, dict) else None
        for name, hook in hooks.items()
    }


def view(row: Schedule, *, is_running: bool) -> ScheduleView:
    """One schedule alone."""
    return ScheduleView.model_construct(**_fields(row, is_running=is_running))


def details(
    row: Schedule, *, is_running: bool, activity: Activity | None, host_message: str | None = None
) -> ScheduleDetails:
    """One schedule with its volume and its repository, which must have been fetched."""
    shown: dict[str, Any] = {
        **_fields(row, is_running=is_running),
        "volume": volumes.volume(row.volume),
        "repository": repositories.repository(row.repository),
        "activity": activity,
        "host_message": host_message,
    }
    return ScheduleDetails.model_construct(None, **shown)


def stored_webhooks(webhooks: BackupWebhooks, sealed: str) -> dict[str, Any]:
    """What stands in the row: everything sealed, and beside it what people may see."""
    shown = BackupWebhooks(
        pre=webhooks.pre.masked() if webhooks.pre else None,
        post=webhooks.post.masked() if webhooks.post else None,
    )
    return {"sealed": sealed, "shown": shown.model_dump(mode="json", by_alias=True)}
