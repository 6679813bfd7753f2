"""The call of restic for a backup job, real or dry."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from flows import preflight
from flows.job import JobContext
from zerobyte.contract.jobs import BackupJob
from zerobyte.contract.restic_output import BackupProgress, BackupSummary
from zerobyte.restic import Repository, backup

_FUSE: Final = ("rclone", "sftp", "webdav")
"""Volumes with unstable inode numbers."""


async def run_restic(
    job: JobContext,
    repository: Repository,
    *,
    on_status: Callable[[BackupProgress], Awaitable[None]],
) -> BackupSummary:
    """Run restic for a backup job. Returns and raises as `zerobyte.restic.backup.run`."""
    spec = job.spec
    assert isinstance(spec, BackupJob)
    return await backup.run(
        repository,
        Path(spec.source.path),
        tag=spec.schedule_short_id,
        hostname=spec.hostname,
        options=spec.options,
        excluded_folders=spec.excluded_folders,
        ignore_inode=spec.source.config.backend in _FUSE,
        parent=spec.parent_snapshot_id,
        rereads=spec.parent_snapshot_id is None,
        dry_run=spec.dry_run,
        on_status=on_status,
        check_source=lambda path: preflight.check_path(spec.source, str(path)),
        stop=job.run.stop,
    )
