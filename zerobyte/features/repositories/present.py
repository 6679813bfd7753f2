"""Convert repository rows and the snapshot index to response models."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from pydantic import ValidationError

from zerobyte.contract.base import kinds_of
from zerobyte.contract.repositories import RepositoryConfig, RepositoryConfigBox
from zerobyte.contract.restic_output import RepositoryStats, SnapshotRecord
from zerobyte.db import encrypted_config
from zerobyte.db.leases import REQUEST, Lease
from zerobyte.features.repositories import models, schemas
from zerobyte.hosts.api import Lock, Unlocked
from zerobyte.restic.forget_policy import Moment

KINDS: Final = kinds_of(RepositoryConfig)


def parsed(config: dict[str, Any]) -> RepositoryConfig:
    """Return a stored config as a model, secrets still encrypted. Raises DamagedConfig."""
    return encrypted_config.parsed(RepositoryConfigBox, config).config


def repository(row: models.Repository) -> schemas.Repository:
    """Return a repository as a response model."""
    fields = {name: getattr(row, name) for name in schemas.Repository.model_fields}
    fields["config"] = encrypted_config.masked(row.config, KINDS, row.type)
    return schemas.Repository.model_construct(**fields)


def lease(row: Lease) -> schemas.LeaseView:
    """Return a lease, or an entry of the lease queue, as a response model."""
    fields = {name: getattr(row, name) for name in schemas.LeaseView.model_fields}
    if row.task_id.startswith(REQUEST):
        fields["task_id"] = None
    return schemas.LeaseView.model_construct(**fields)


def stats(row: models.Repository) -> RepositoryStats:
    """Return the size of a repository as last read; zeros if it was never read."""
    try:
        return RepositoryStats.model_validate(row.stats or {})
    except ValidationError:
        return RepositoryStats()


def snapshot(
    record: SnapshotRecord,
    *,
    is_suspect: bool,
    is_incomplete: bool,
    categories: Sequence[str] = (),
    with_host: bool = False,
) -> schemas.SnapshotView:
    """Return a snapshot, with restic's times as epoch milliseconds."""
    summary = record.summary
    duration = 0
    if summary is not None:
        with suppress(ValueError):  # an unreadable stored time must not break the list
            started = Moment.parse(summary.backup_start).epoch_ms
            duration = max(0, Moment.parse(summary.backup_end).epoch_ms - started)
    return schemas.SnapshotView(
        short_id=record.short_id,
        time=Moment.parse(record.time).epoch_ms,
        paths=record.paths,
        size=summary.total_bytes_processed if summary else 0,
        duration=duration,
        tags=record.tags,
        retention_categories=list(categories),
        is_suspect=is_suspect,
        is_incomplete=is_incomplete,
        hostname=record.hostname if with_host else None,
        summary=summary,
    )


def listed(record: SnapshotRecord) -> schemas.ListedSnapshot:
    """Return the snapshot of a page of files."""
    return schemas.ListedSnapshot(
        id=record.id,
        short_id=record.short_id,
        time=record.time,
        hostname=record.hostname,
        paths=record.paths,
    )


def unlocked(done: Unlocked) -> schemas.Unlocked:
    """Return the locks that were removed and that remain, with a message."""
    message = "Repository unlocked successfully"
    if done.removed:
        message += f". Removed {len(done.removed)}: {_owners(done.removed)}"
    if done.left:
        message = (
            f"Stale locks are removed: {_owners(done.removed) or 'none'}. {len(done.left)} stay "
            f"whose owners may be alive: {_owners(done.left)}"
        )
    return schemas.Unlocked(
        message=message,
        removed=[_lock(one) for one in done.removed],
        remaining=[_lock(one) for one in done.left],
    )


def _owners(locks: Sequence[Lock]) -> str:
    return ", ".join(f"process {lock.pid} on {lock.hostname}" for lock in locks[:5])


def _lock(lock: Lock) -> schemas.LockView:
    return schemas.LockView(
        hostname=lock.hostname, pid=lock.pid, exclusive=lock.exclusive, time=lock.time
    )
