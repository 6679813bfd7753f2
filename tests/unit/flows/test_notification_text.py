"""Texts of notifications."""

import pytest

from flows import notification_text
from tests.support.open_access import ANYWHERE
from zerobyte.contract.jobs import BackupJob
from zerobyte.contract.restic_output import BackupSummary


@pytest.fixture
def job() -> BackupJob:
    return BackupJob.model_validate(
        {
            "taskId": "t",
            "scheduleShortId": "s",
            "scheduleName": "photos",
            "trigger": "manual",
            "repository": {
                "id": "r",
                "shortId": "r",
                "name": "shelf",
                "config": {"backend": "local", "path": "/r"},
                "password": "p",
                **ANYWHERE,
            },
            "source": {
                "volumeShortId": "v",
                "volumeName": "disk",
                "path": "/s",
                "config": {"backend": "directory", "path": "/s"},
            },
            "organizationId": "o",
            "options": {},
            "hostname": "h",
            "targets": [
                {
                    "destinationId": number,
                    "name": "n",
                    "config": {"type": "slack", "webhookUrl": "https://x"},
                    "onStart": number == 1,
                    "onSuccess": True,
                    "onWarning": number == 2,
                    "onFailure": False,
                }
                for number in (1, 2)
            ],
        }
    )


def test_a_start_names_volume_repository_and_schedule(job):
    message = notification_text.message(job, "start")
    assert message.title == "Zerobyte photos started"
    assert message.body.splitlines() == ["Volume: disk", "Repository: shelf", "Schedule: photos"]


def test_a_success_with_nothing_new_is_short(job):
    summary = BackupSummary(
        total_files_processed=2,
        total_bytes_processed=1000,
        total_duration=0.7,
        snapshot_id="a" * 64,
    )
    message = notification_text.message(job, "success", summary=summary)
    assert message.title == "Zerobyte photos completed successfully"
    assert message.body.splitlines()[-4:] == [
        "Duration: 1s",
        "Files: 2",
        "Size: 1,000 B",
        "Snapshot: aaaaaaaa",
    ]


def test_success_with_new_data_lists_all_figures(job):
    summary = BackupSummary(
        files_new=1234, data_added=5 << 20, total_duration=3723, snapshot_id="b"
    )
    body = notification_text.message(job, "success", summary=summary).body
    assert "Overview:\n- Data added: 5.00 MiB" in body
    assert "Backup Statistics:\n- Files new: 1,234" in body
    assert "- Total duration: 1h 2m 3s" in body


def test_failure_contains_reason_and_planned_retry(job):
    message = notification_text.message(
        job, "failure", detail="disk full", retry_note="Retrying in 15 minutes (attempt 1/2)"
    )
    assert message.title == "Zerobyte photos failed"
    assert message.body.endswith("Error: disk full\n\nRetrying in 15 minutes (attempt 1/2)")


def test_warning_contains_the_reason_and_is_cut(job):
    body = notification_text.message(job, "warning", detail="x" * 9000).body
    assert "Warning: xxx" in body
    assert len(body) < 2200


def test_message_goes_only_to_subscribed_destinations(job):
    wanting = {
        event: [t.destination_id for t in notification_text.subscribed(job.targets, event)]
        for event in ("start", "success", "warning", "failure")
    }
    assert wanting == {"start": [1], "success": [1, 2], "warning": [2], "failure": []}


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (2018, "1.97 KiB"),
        (12_900_000, "12.3 MiB"),
        (345 << 30, "345 GiB"),
        (2 << 60, "2,048 PiB"),
    ],
)
def test_sizes_are_formatted(size, text):
    assert notification_text.size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1s"), (59.6, "1m"), (61, "1m 1s"), (3723, "1h 2m 3s")]
)
def test_durations_are_formatted(seconds, text):
    assert notification_text.duration(seconds) == text
