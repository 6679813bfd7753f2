"""Declare `HostApi`: every operation that features need from a host.

Arguments and results are plain data, so that a call can also be sent to another host. The data
types that the drivers return are exported here, because features import no driver.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.contract.restic_output import (
    DiffStatistics,
    NodeRecord,
    RepositoryStats,
    SnapshotRecord,
)
from zerobyte.contract.volumes import VolumeConfig
from zerobyte.core.protected_paths import RestoreLimits
from zerobyte.mounts import MountFailed, path_of
from zerobyte.mounts.files import Entry, Page, plain
from zerobyte.mounts.space import Space
from zerobyte.restic.cat_config import RepositoryHeader
from zerobyte.restic.dump import ArchiveFormat
from zerobyte.restic.locks import Lock
from zerobyte.restic.ls import parsed as parse_tree_line
from zerobyte.restic.restore import Plan as RestorePlan
from zerobyte.restic.restore import written_roots
from zerobyte.restic.unlock import Unlocked, Which

__all__ = [
    "ArchiveFormat",
    "Entry",
    "HostApi",
    "Lock",
    "MountFailed",
    "Page",
    "RepositoryHeader",
    "RestorePlan",
    "Space",
    "Unlocked",
    "Which",
    "parse_tree_line",
    "path_of",
    "plain",
    "written_roots",
]


class HostApi(Protocol):
    """One host's file systems, mounts and programs.

    Every operation on a file system has a time limit: a dead server never blocks the caller.
    Operations on a repository run restic, end it when they are cancelled, and raise its errors
    (`zerobyte.restic.errors`); the caller bounds their time.
    """

    # Volumes

    async def mount(self, config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
        """Mount a volume at a path; mounting it again changes nothing.

        protected   real folders of the installation, which no volume may lie in.

        Raises
            MountFailed     the message says why.
            Unavailable     a program is not installed.
        """
        ...

    async def unmount(self, config: VolumeConfig, path: Path) -> None:
        """Unmount a volume; one that is not mounted is no error. Raises MountFailed."""
        ...

    async def check_mount(
        self, config: VolumeConfig, path: Path, *, protected: Iterable[Path]
    ) -> None:
        """Check that a mounted volume answers within 5 seconds. Raises MountFailed."""
        ...

    async def check_share_address(self, config: VolumeConfig, *, allow_private: bool) -> None:
        """Refuse a share at a network address that the rules do not allow.

        allow_private   the organization may use private addresses.

        Raises
            Invalid         the address is not allowed.
            MountFailed     the name has no address.
        """
        ...

    async def test_mount(self, config: VolumeConfig, *, protected: Iterable[Path]) -> None:
        """Try to mount a volume and leave nothing behind. Raises MountFailed."""
        ...

    async def list_folder(
        self, root: Path, path: str, *, offset: int, limit: int, protected: Iterable[Path]
    ) -> Page:
        """Return one page of a folder inside a volume, folders first.

        path    from the volume's root, with or without a leading slash.

        Raises
            Invalid, NotFound, Forbidden    see `zerobyte.mounts.files.list_folder`.
            Unavailable                     the file system does not answer.
        """
        ...

    async def list_directories(
        self, path: str, *, protected: Iterable[Path], roots: Sequence[str]
    ) -> Sequence[Entry]:
        """List the folders directly inside a folder of the host, without links.

        path    absolute and plain.
        roots   folders that may be listed; above them only the path to them is visible.

        Raises
            Invalid, NotFound, Forbidden    see `zerobyte.mounts.files.list_directories`.
            Unavailable                     the file system does not answer.
        """
        ...

    async def disk_space(self, path: Path) -> Space:
        """Return the space of a folder's file system.

        Raises
            TimeoutError            the file system did not answer within a second.
            OSError, Unavailable    it cannot be read, or too many other reads hang.
        """
        ...

    async def is_within_roots(self, paths: Sequence[str], roots: Sequence[str]) -> bool:
        """Return True if the real location of every path lies in one of the roots.

        Raises Unavailable if a folder does not answer.
        """
        ...

    # Paths

    async def resolve_path(self, path: str) -> str:
        """Return a path with its links resolved. Raises Unavailable if it does not answer."""
        ...

    async def check_repository_path(
        self,
        path: str,
        *,
        other_repositories: Iterable[str],
        protected: Iterable[str],
        repositories_folder: str,
    ) -> None:
        """Refuse a local repository at a protected path.

        other_repositories      folders of local repositories of other organizations.
        protected               folders of the installation's own data.
        repositories_folder     the folder inside them that is meant for repositories.

        Raises
            Invalid         the folder is protected or lies in another repository.
            Unavailable     the folder does not answer.
        """
        ...

    async def is_repository(self, path: str) -> bool:
        """Return True if a folder looks like a restic repository. Raises Unavailable."""
        ...

    async def resolve_restore_paths(
        self, paths: Sequence[str], limits: Sequence[RestoreLimits]
    ) -> list[str]:
        """Return the paths that a restore writes to, with their links resolved.

        limits      one for each path.

        Raises
            Invalid         nothing may be restored to one of the paths; the message says why.
            Unavailable     a path does not answer.
        """
        ...

    async def check_includes(
        self, source: Path, options: BackupOptions, excluded: Sequence[str]
    ) -> None:
        """Refuse includes that leave the source through a link or begin in an excluded folder.

        Raises
            Invalid         with the list and the number of the entry.
            Unavailable     the source does not answer.
        """
        ...

    # Repositories

    async def check_storage_address(self, access: RepositoryAccess) -> None:
        """Refuse a config, or an address behind it, that the rules do not allow.

        Raises
            Invalid                 a rule refuses a field, or the address behind it.
            StorageUnreachable      the name has no address.
        """
        ...

    async def init_repository(
        self, access: RepositoryAccess, *, timeout_s: float | None = None
    ) -> None:
        """Create a repository. Raises RepositoryExists, ResticError."""
        ...

    async def read_header(
        self, access: RepositoryAccess, *, timeout_s: float | None = None
    ) -> RepositoryHeader:
        """Open a repository and return its header.

        Raises RepositoryMissing, WrongPassword, ResticError.
        """
        ...

    async def list_snapshots(
        self,
        access: RepositoryAccess,
        *,
        ids: tuple[str, ...] = (),
        timeout_s: float | None = None,
    ) -> list[SnapshotRecord]:
        """List snapshots, oldest first.

        ids     these only; empty for all.

        Raises
            SnapshotMissing     one of `ids` does not exist.
            ResticError         any other failure.
        """
        ...

    async def has_snapshot_file(self, access: RepositoryAccess, snapshot_id: str) -> bool | None:
        """Return True if a local repository holds the file of a snapshot.

        None when the folder of snapshots is missing; True for storage elsewhere. Raises
        Unavailable, OSError.
        """
        ...

    def list_tree(
        self, access: RepositoryAccess, snapshot_id: str, *, path: str | None = None
    ) -> AsyncGenerator[NodeRecord]:
        """Yield the entries of a snapshot; close it to end restic.

        path    yield this folder's direct children, or this one file; None for the whole tree.

        Raises SnapshotMissing, ResticError.
        """
        ...

    async def list_children(
        self, access: RepositoryAccess, snapshot_id: str, folder: str
    ) -> list[NodeRecord]:
        """Return a folder's direct children without reading the rest of the snapshot.

        Raises as `zerobyte.restic.cat_tree.children`; a whole listing may still find them.
        """
        ...

    async def read_tree(
        self,
        access: RepositoryAccess,
        snapshot_id: str,
        *,
        on_chunk: Callable[[bytes], Awaitable[None]],
        is_background: bool = False,
    ) -> None:
        """Read a whole tree as raw chunks of restic's output; `parse_tree_line` reads a line.

        on_chunk        awaited before more is read, so memory stays flat; an exception ends
                        restic.
        is_background   runs restic at a low priority, because no request waits for it.

        Raises SnapshotMissing, ResticError.
        """
        ...

    async def find_entry(
        self, access: RepositoryAccess, snapshot_id: str, path: str
    ) -> NodeRecord | None:
        """Return the entry of one path, or None. Raises SnapshotMissing, ResticError."""
        ...

    async def dump_snapshot(
        self,
        access: RepositoryAccess,
        snapshot_id: str,
        path: str,
        *,
        base_path: str | None = None,
        archive: ArchiveFormat = "tar",
        on_chunk: Callable[[bytes], Awaitable[None]],
    ) -> None:
        """Read a file of a snapshot, or a folder as an archive, in raw chunks.

        path        absolute inside `base_path`, the folder that names in an archive are relative
                    to; None is the root.
        on_chunk    awaited before more is read, so memory stays flat; an exception ends restic.

        Raises SnapshotMissing, ResticError; after some chunks they are not the whole.
        """
        ...

    async def diff_snapshots(
        self,
        access: RepositoryAccess,
        from_id: str,
        to_id: str,
        *,
        on_change: Callable[[str, str], None],
    ) -> DiffStatistics:
        """Compare two snapshots; see `zerobyte.restic.diff.run`.

        Raises SnapshotMissing, ResticError.
        """
        ...

    async def read_stats(
        self, access: RepositoryAccess, *, is_background: bool = False
    ) -> RepositoryStats:
        """Read the size of a repository, which can take minutes. Raises ResticError.

        is_background   runs restic at a low priority, because no request waits for it.
        """
        ...

    async def unlock_repository(
        self, access: RepositoryAccess, *, which: Which = "dead"
    ) -> Unlocked:
        """Remove locks of a repository; see `zerobyte.restic.unlock.run`. Raises ResticError."""
        ...

    async def count_removable(self, access: RepositoryAccess, plan: RestorePlan) -> int:
        """Return how many entries a restore with `delete` would remove. Raises ResticError."""
        ...

    async def remove_cache(self, repository_id: str) -> None:
        """Delete restic's cache of a repository."""
        ...

    # rclone

    async def list_rclone_remotes(self) -> list[tuple[str, str]]:
        """List name and type of the remotes in rclone.conf; empty without rclone or the file."""
        ...
