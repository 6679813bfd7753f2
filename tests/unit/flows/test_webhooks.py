"""What a webhook is told when it has no body of its own."""

import pytest

from flows import webhooks
from tests.support.open_access import ANYWHERE
from zerobyte.contract.jobs import BackupJob, BackupResult, JobReport, Source
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.volumes import DirectoryConfig

JOB = BackupJob(
    task_id="t1",
    organization_id="o1",
    schedule_short_id="s1",
    schedule_name="photos",
    trigger="manual",
    repository=RepositoryAccess(
        id="r",
        short_id="r",
        name="r",
        config=LocalConfig(backend="local", path="/r"),
        password="p",
        **ANYWHERE,
    ),
    source=Source(
        volume_short_id="v",
        volume_name="v",
        path="/srv/ä",
        config=DirectoryConfig(backend="directory", path="/srv/ä"),
    ),
    options={},
    hostname="h",
)
FACTS = '{"jobId":"t1","scheduleId":"s1","organizationId":"o1","sourcePath":"/srv/ä",'


def test_before_a_backup_it_is_told_which():
    said = FACTS + '"phase":"pre","event":"backup.pre"}'
    assert webhooks.payload(JOB, "pre").decode() == said


@pytest.mark.parametrize(
    ("status", "outcome", "error", "told"),
    [
        ("succeeded", "success", None, '"status":"success"}'),
        ("failed", "error", "it broke", '"status":"error","error":"it broke"}'),
        ("failed", "stale", "stopped", '"status":"error","error":"stopped"}'),
        ("cancelled", "cancelled", "enough", '"status":"cancelled","error":"enough"}'),
    ],
)
def test_after_a_backup_it_is_told_how_it_went(status, outcome, error, told):
    report = JobReport(task_id="t1", status=status, outcome=outcome, error=error)
    said = FACTS + '"phase":"post","event":"backup.post",' + told
    assert webhooks.payload(JOB, "post", report).decode() == said


def test_a_long_list_of_unreadable_files_does_not_keep_the_hook_from_being_called():
    result = BackupResult(exit_code=3, result=None, warning_details="/srv/file\n" * 10_000)
    report = JobReport(task_id="t1", status="succeeded", outcome="warning", result=result)
    told = webhooks.payload(JOB, "post", report)
    assert b'"status":"warning","error":"/srv/file' in told
    assert len(told) < 10_000
