"""Texts of notifications at the start and the end of a backup, with sizes and durations."""

from collections.abc import Sequence
from typing import Final

from zerobyte.contract.jobs import BackupJob
from zerobyte.contract.notifications import (
    NotificationEvent,
    NotificationMessage,
    NotificationTarget,
)
from zerobyte.contract.restic_output import BackupSummary

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_TITLES: Final[dict[NotificationEvent, str]] = {
    "start": "started",
    "success": "completed successfully",
    "warning": "completed with warnings",
    "failure": "failed",
}
DETAIL_CHARACTERS: Final = 2000


def message(
    job: BackupJob,
    event: NotificationEvent,
    *,
    summary: BackupSummary | None = None,
    detail: str | None = None,
    retry_note: str | None = None,
) -> NotificationMessage:
    """Return the notification for an event of one run.

    detail      the warning or error; a long text is cut.
    retry_note  one sentence about the planned retry after a failure.
    """
    lines = [
        f"Volume: {job.source.volume_name}",
        f"Repository: {job.repository.name}",
        f"Schedule: {job.schedule_name}",
    ]
    if detail:
        word = "Warning" if event == "warning" else "Error"
        lines.append(f"{word}: {_cut(detail)}")
    if retry_note and event == "failure":
        lines += ["", retry_note]
    if summary is not None and event in ("success", "warning"):
        lines += ["", *summary_lines(summary)]
    title = f"Zerobyte {job.schedule_name} {_TITLES[event]}"
    return NotificationMessage(event=event, title=title, body="\n".join(lines))


def subscribed(
    targets: Sequence[NotificationTarget], event: NotificationEvent
) -> list[NotificationTarget]:
    """Return the destinations that subscribe to an event."""
    flags = {
        "start": "on_start",
        "success": "on_success",
        "warning": "on_warning",
        "failure": "on_failure",
    }
    return [target for target in targets if getattr(target, flags[event])]


def summary_lines(summary: BackupSummary) -> list[str]:
    """Return the figures of a backup: four lines if nothing was new, else all."""
    took = duration(summary.total_duration)
    new = (summary.files_new, summary.files_changed, summary.dirs_new, summary.data_blobs)
    if not any(new):
        return [
            f"Duration: {took}",
            f"Files: {summary.total_files_processed:,}",
            f"Size: {size(summary.total_bytes_processed)}",
            f"Snapshot: {_snapshot(summary)}",
        ]
    return [
        "Overview:",
        *_as_list(overview(summary)),
        "",
        "Backup Statistics:",
        *_as_list(statistics(summary)),
    ]


def overview(summary: BackupSummary) -> list[tuple[str, str]]:
    """Return the figures for data read and data added."""
    return [
        ("Data added", size(summary.data_added)),
        ("Data stored", size(summary.data_added_packed)),
        ("Total files processed", f"{summary.total_files_processed:,}"),
        ("Total bytes processed", size(summary.total_bytes_processed)),
    ]


def statistics(summary: BackupSummary) -> list[tuple[str, str]]:
    """Return the counts of new and changed entries, and the duration."""
    return [
        ("Files new", f"{summary.files_new:,}"),
        ("Files changed", f"{summary.files_changed:,}"),
        ("Files unmodified", f"{summary.files_unmodified:,}"),
        ("Dirs new", f"{summary.dirs_new:,}"),
        ("Dirs changed", f"{summary.dirs_changed:,}"),
        ("Dirs unmodified", f"{summary.dirs_unmodified:,}"),
        ("Data blobs", f"{summary.data_blobs:,}"),
        ("Tree blobs", f"{summary.tree_blobs:,}"),
        ("Total duration", duration(summary.total_duration)),
        ("Snapshot", _snapshot(summary)),
    ]


def size(size_bytes: int) -> str:
    """Format bytes: `1,000 B`, `1.95 KiB`, `12.3 MiB`, `345 GiB`."""
    value, unit = float(size_bytes), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    if unit == 0:
        return f"{size_bytes:,} B"
    decimals = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{decimals}f} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """Format seconds: `1h 2m 3s`; at least one second."""
    left = max(round(seconds), 1)
    hours, left = divmod(left, 3600)
    minutes, left = divmod(left, 60)
    parts = ((hours, "h"), (minutes, "m"), (left, "s"))
    return " ".join(f"{count}{unit}" for count, unit in parts if count)


def _snapshot(summary: BackupSummary) -> str:
    return (summary.snapshot_id or "")[:8] or "none, nothing had changed"


def _as_list(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [f"- {name}: {value}" for name, value in rows]


def _cut(text: str) -> str:
    return text if len(text) <= DETAIL_CHARACTERS else text[: DETAIL_CHARACTERS - 1] + "…"
