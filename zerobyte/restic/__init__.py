"""The restic driver: restic as a typed object, one subcommand per file.

In each file `argv(...)` is a pure function and `run(...)` runs the command. Every `run` takes
`stop`, an event that interrupts restic and waits for its exit, and raises subclasses of
`ResticError`. The driver uses no schedule, lease, database or Prefect.

    repository = Repository(access, Tools(cache_dir=…, run_dir=…))

    await init.run(repository)
    await cat_config.run(repository) -> RepositoryHeader        exists and opens
    await snapshots.run(repository, tag=…) -> list[SnapshotRecord]
    async for node in ls.run(repository, snapshot_id, path=…)   path None: the whole tree
    await stats.run(repository) -> RepositoryStats
    await backup.run(repository, source, tag=…, hostname=…, options=…, on_status=…)
                                                                -> BackupSummary | PartialBackup
    await forget.plan(repository, policy, tag=…, protected_ids=…) -> ForgetPlan
    await forget.apply(repository, plan)
    await forget.by_ids(repository, ids) -> list[str]           the removed ids
    await restore.run(repository, snapshot_id, target=…, base_path=…, include=…, on_status=…)
                                                                -> RestoreSummary
    await copy.run(source, mirror, tag=…) -> Copied             copies the missing snapshots
    await tag.run(repository, snapshot_id, add=…) -> str        the new id of the snapshot
    await check.run(repository, read_data_subset=…) -> CheckReport
    await repair.run(repository)                                the index, from the packs
    await unlock.run(repository) -> Unlocked                    removed and remaining locks
    await version.run(tools) -> tuple[int, ...]                 Unavailable if too old
    await cache.shrink(cache_dir, max_bytes) -> int             the freed bytes
    await dump.run(repository, snapshot_id, path, on_chunk=…)   a file's bytes, or a tar

`Tools.run_dir` holds secrets while a command runs; call
`zerobyte.core.process.sweep_secret_files(run_dir)` and `locks.sweep(run_dir)` once at start.
"""

from zerobyte.restic import (
    backup,
    cache,
    cat_config,
    check,
    copy,
    dump,
    forget,
    init,
    locks,
    ls,
    repair,
    restore,
    snapshots,
    stats,
    tag,
    unlock,
    version,
)
from zerobyte.restic.errors import (
    Interrupted,
    OutOfMemory,
    PartialBackup,
    RepositoryExists,
    RepositoryLocked,
    RepositoryMissing,
    ResticError,
    SnapshotMissing,
    StorageFull,
    StorageUnreachable,
    WrongPassword,
)
from zerobyte.restic.repository import Repository, Tools

__all__ = [
    "Interrupted",
    "OutOfMemory",
    "PartialBackup",
    "Repository",
    "RepositoryExists",
    "RepositoryLocked",
    "RepositoryMissing",
    "ResticError",
    "SnapshotMissing",
    "StorageFull",
    "StorageUnreachable",
    "Tools",
    "WrongPassword",
    "backup",
    "cache",
    "cat_config",
    "check",
    "copy",
    "dump",
    "forget",
    "init",
    "locks",
    "ls",
    "repair",
    "restore",
    "snapshots",
    "stats",
    "tag",
    "unlock",
    "version",
]
