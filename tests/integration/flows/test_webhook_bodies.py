"""The default body of a webhook."""

import pytest

from flows import webhooks
from tests.support.backup_jobs import backup_job
from zerobyte.contract.job_reports import BackupResult, JobReport

JOB = backup_job(source="/srv/ä")
FACTS = '{"jobId":"t1","scheduleId":"s1","organizationId":"o1","sourcePath":"/srv/ä",'


def test_pre_hook_body_names_the_backup():
    expected = FACTS + '"phase":"pre","event":"backup.pre"}'
    assert webhooks.payload(JOB, "pre").decode() == expected


@pytest.mark.parametrize(
    ("status", "outcome", "error", "expected"),
    [
        ("succeeded", "success", None, '"status":"success"}'),
        ("failed", "error", "it broke", '"status":"error","error":"it broke"}'),
        ("failed", "stale", "stopped", '"status":"error","error":"stopped"}'),
        ("cancelled", "cancelled", "enough", '"status":"cancelled","error":"enough"}'),
    ],
)
def test_post_hook_body_contains_the_result(status, outcome, error, expected):
    report = JobReport(task_id="t1", status=status, outcome=outcome, error=error)
    body = FACTS + '"phase":"post","event":"backup.post",' + expected
    assert webhooks.payload(JOB, "post", report).decode() == body


def test_long_error_is_cut_in_the_hook_body():
    result = BackupResult(exit_code=3, result=None, warning_details="/srv/file\n" * 10_000)
    report = JobReport(task_id="t1", status="succeeded", outcome="warning", result=result)
    payload = webhooks.payload(JOB, "post", report)
    assert b'"status":"warning","error":"/srv/file' in payload
    assert len(payload) < 10_000
