"""Snapshots of a folder and selections of their entries, for restores that delete."""

from pathlib import Path

from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.selection import BackupSelection
from zerobyte.restic import backup

OPTIONS = BackupOptions(
    exclude_patterns=["*.tmp", "/cache", "!keep.tmp"], exclude_if_present=[".nobackup:yes"]
)


async def back_up(repository, source: Path, options: BackupOptions) -> str:
    summary = await backup.run(repository, source, tag="t1234567", hostname="h", options=options)
    assert summary.snapshot_id
    return summary.snapshot_id


def selection_for(source: Path, options: BackupOptions = OPTIONS, **more) -> BackupSelection:
    return BackupSelection(
        volume_path=str(source),
        include_paths=options.include_paths,
        include_patterns=options.include_patterns,
        exclude_patterns=options.exclude_patterns,
        exclude_if_present=options.exclude_if_present,
        **more,
    )
