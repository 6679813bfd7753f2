"""Backup jobs of a small schedule, as the API grants them."""

from typing import Any

from tests.support.open_access import ANYWHERE
from zerobyte.contract.jobs import BackupJob, Source
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.volumes import DirectoryConfig


def backup_job(*, source: str = "/srv/photos", **changes: Any) -> BackupJob:
    """Return the job of the task `t1` of the schedule `s1`, with these fields changed."""
    job: dict[str, Any] = {
        "task_id": "t1",
        "organization_id": "o1",
        "schedule_short_id": "s1",
        "schedule_name": "photos",
        "trigger": "manual",
        "repository": RepositoryAccess(
            id="r",
            short_id="r",
            name="r",
            config=LocalConfig(backend="local", path="/r"),
            password="p",
            **ANYWHERE,
        ),
        "source": Source(
            volume_short_id="v",
            volume_name="v",
            path=source,
            config=DirectoryConfig(backend="directory", path=source),
        ),
        "options": {},
        "hostname": "h",
    }
    return BackupJob(**{**job, **changes})
