"""Sources and repositories of the workers in these tests."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.open_access import ANYWHERE
from zerobyte.contract.jobs import BackupJob, Source
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.volumes import DirectoryConfig
from zerobyte.core import ids

PASSWORD = "canary-repository-password"


class WorkerData:
    """A source folder and a real repository beside it."""

    def __init__(self, base: Path, empty_repository: Path | None = None) -> None:
        self.source = base / "source-canary-folder"
        self.source.mkdir()
        (self.source / "secret-file-name-canary.txt").write_text("content")
        self.repository = base / "repository"
        self.access = RepositoryAccess(
            id=ids.uuid7(),
            short_id="repo0001",
            name="shelf",
            config=LocalConfig(backend="local", path=str(self.repository)),
            password=PASSWORD,
            compression_mode="off",
            **ANYWHERE,
        )
        if empty_repository is None:
            self.restic("init")
        else:
            shutil.copytree(empty_repository, self.repository)

    def restic(self, *argv: str) -> Any:
        done = subprocess.run(
            ["restic", "--repo", str(self.repository), "--no-cache", "--json", *argv],
            env={"PATH": os.environ["PATH"], "RESTIC_PASSWORD": PASSWORD, "HOME": "/nowhere"},
            capture_output=True,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines() if line[:1] in b"[{"]

    def job(self, task_id: str, schedule: str, **changes: Any) -> BackupJob:
        job: dict[str, Any] = {
            "task_id": task_id,
            "organization_id": "org-1",
            "schedule_short_id": schedule,
            "schedule_name": "family photos",
            "trigger": "manual",
            "repository": self.access,
            "source": Source(
                volume_short_id="volume01",
                volume_name="photos",
                path=str(self.source),
                config=DirectoryConfig(backend="directory", path=str(self.source)),
            ),
            "options": {},
            "hostname": "zerobyte",
        }
        return BackupJob(**{**job, **changes})

    def grow(self, size_mib: int) -> None:
        (self.source / "large.bin").write_bytes(os.urandom(size_mib * 1024 * 1024))
