"""The driver: restic as a typed object, one subcommand in each file.

Owns how restic is told, read and ended. Knows no schedule, no lease, no database and no Prefect.
In each file `argv(...)` is pure and `run(...)` runs; every `run` takes `stop`, an event that
interrupts restic and waits for its exit, and raises `ResticError` by kind.

    repository = Repository(access, Tools(cache_dir=…, run_dir=…))

    await init.run(repository)
    await probe.run(repository) -> RepositoryHeader             there, and opens
    await snapshots.run(repository, tag=…) -> list[SnapshotRecord]
    async for node in ls.run(repository, snapshot_id, path=…)   path None: the whole tree
    await stats.run(repository) -> RepositoryStats
    await backup.run(repository, source, tag=…, hostname=…, options=…, on_status=…)
                                                                -> BackupSummary | PartialBackup
    await forget.plan(repository, policy, tag=…, protected=…) -> ForgetPlan
    await forget.apply(repository, plan)
    await forget.by_ids(repository, ids) -> list[str]           the ids that were there
    await restore.run(repository, snapshot_id, target=…, base_path=…, include=…, on_status=…)
                                                                -> RestoreSummary
    await tag.run(repository, snapshot_id, add=…) -> str        the id that it has from then on
    await check.run(repository) -> CheckReport
    await unlock.run(repository) -> Unlocked                   what went, what stays
    await version.run(tools) -> tuple[int, ...]                 Unavailable when too old
    await cache.shrink(cache_dir, max_bytes) -> int             the bytes that were freed
    await dump.run(repository, snapshot_id, path, on_chunk=…)   a file's bytes, or a tar

Nobody outside imports a name with an underscore. Secrets lie in `Tools.run_dir` while a command
runs; call `zerobyte.core.process.sweep_secret_files(run_dir)` and `locks.sweep(run_dir)` once at
start.
"""

from zerobyte.restic import (
    backup,
    cache,
    cat_config,
    check,
    dump,
    forget,
    init,
    locks,
    ls,
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
    "dump",
    "forget",
    "init",
    "locks",
    "ls",
    "restore",
    "snapshots",
    "stats",
    "tag",
    "unlock",
    "version",
]
