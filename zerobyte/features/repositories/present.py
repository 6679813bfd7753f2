"""Turns rows of repositories and of the snapshot index into what clients receive."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from pydantic import ValidationError

from zerobyte.contract.base import kinds_of
from zerobyte.contract.repositories import RepositoryConfig, RepositoryConfigBox
from zerobyte.contract.restic_output import NodeRecord, RepositoryStats, SnapshotRecord
from zerobyte.db import encrypted_config
from zerobyte.db.leases import REQUEST, Lease
from zerobyte.features.repositories import models, schemas
from zerobyte.hosts.api import Lock, Unlocked
from zerobyte.restic.forget_policy import Moment

KINDS: Final = kinds_of(RepositoryConfig)


def parsed(config: dict[str, Any]) -> RepositoryConfig:
    """Return a stored config as a model; sealed secrets stay sealed. Raises DamagedConfig."""
    return encrypted_config.parsed(RepositoryConfigBox, config).config


def repository(row: models.Repository) -> schemas.Repository:
    """A repository as clients see it."""
    shown = {name: getattr(row, name) for name in schemas.Repository.model_fields}
    shown["config"] = encrypted_config.masked(row.config, KINDS, row.type)
    return schemas.Repository.model_construct(**shown)


def lease(row: Lease) -> schemas.LeaseView:
    """A place in the queue of a repository as clients see it."""
    shown = {name: getattr(row, name) for name in schemas.LeaseView.model_fields}
    if row.task_id.startswith(REQUEST):
        shown["task_id"] = None
    return schemas.LeaseView.model_construct(**shown)


def stats(row: models.Repository) -> RepositoryStats:
    """The size of a repository as it was last read; zeros when it never was."""
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
    """One snapshot; restic's times become epochs in milliseconds."""
    summary = record.summary
    duration = 0
    if summary is not None:
        with suppress(ValueError):  # a stored time that cannot be read must not break the list
            begun = Moment.parse(summary.backup_start).epoch_ms
            duration = max(0, Moment.parse(summary.backup_end).epoch_ms - begun)
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
    """The head of a page of files."""
    return schemas.ListedSnapshot(
        id=record.id,
        short_id=record.short_id,
        time=record.time,
        hostname=record.hostname,
        paths=record.paths,
    )


def node(record: NodeRecord) -> schemas.Node:
    """One entry of a snapshot."""
    return schemas.Node.model_validate(record, from_attributes=True)


def unlocked(done: Unlocked) -> schemas.Unlocked:
    """Which locks were removed and which stay, also in words."""
    words = "Repository unlocked successfully"
    if done.removed:
        words += f". Removed {len(done.removed)}: {_owners(done.removed)}"
    if done.left:
        words = (
            f"Stale locks are removed: {_owners(done.removed) or 'none'}. {len(done.left)} stay "
            f"whose owners may be alive: {_owners(done.left)}"
        )
    return schemas.Unlocked(
        message=words,
        removed=[_lock(one) for one in done.removed],
        remaining=[_lock(one) for one in done.left],
    )


def _owners(locks: Sequence[Lock]) -> str:
    return ", ".join(f"process {lock.pid} on {lock.hostname}" for lock in locks[:5])


def _lock(lock: Lock) -> schemas.LockView:
    return schemas.LockView(
        hostname=lock.hostname, pid=lock.pid, exclusive=lock.exclusive, time=lock.time
    )
