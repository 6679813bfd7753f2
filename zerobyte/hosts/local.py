"""Run the operations of `HostApi` in this process."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from pathlib import Path

from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.contract.restic_output import (
    DiffStatistics,
    NodeRecord,
    RepositoryStats,
    SnapshotRecord,
)
from zerobyte.contract.volumes import VolumeConfig
from zerobyte.hosts import verbs
from zerobyte.hosts.api import ArchiveFormat, RepositoryHeader, RestorePlan, Unlocked, Which
from zerobyte.restic.repository import Tools
from zerobyte.settings import Settings


class LocalHost:
    """The host that the API process itself runs on.

    tools   programs and folders of this host; `from_settings` makes them for requests.
    """

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    @classmethod
    def from_settings(cls, settings: Settings) -> "LocalHost":
        """Return the host of an API process with these settings."""
        # A request's restic holds no lock that it would need time to give back.
        return cls(
            Tools(
                cache_dir=settings.cache_dir,
                run_dir=settings.run_dir,
                restic_command=settings.restic_command,
                rclone_config_dir=settings.rclone_config_dir,
                retry_lock="5s",
                grace_s=2.0,
                progress_fps=settings.restic_progress_fps,
                memory_limits=settings.memory_limits,
                mount_limit_s=settings.server_idle_timeout_s,
            )
        )

    check_mount = staticmethod(verbs.check_mount)
    check_share_address = staticmethod(verbs.check_share_address)
    list_folder = staticmethod(verbs.list_folder)
    list_directories = staticmethod(verbs.list_directories)
    disk_space = staticmethod(verbs.disk_space)
    is_within_roots = staticmethod(verbs.is_within_roots)
    resolve_path = staticmethod(verbs.resolve_path)
    check_repository_path = staticmethod(verbs.check_repository_path)
    is_repository = staticmethod(verbs.is_repository)
    resolve_restore_paths = staticmethod(verbs.resolve_restore_paths)
    check_includes = staticmethod(verbs.check_includes)
    check_storage_address = staticmethod(verbs.check_storage_address)
    has_snapshot_file = staticmethod(verbs.has_snapshot_file)

    async def mount(self, config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
        """Mount a volume at a path."""
        await verbs.mount(self.tools, config, path, protected=protected)

    async def unmount(self, config: VolumeConfig, path: Path) -> None:
        """Unmount a volume."""
        await verbs.unmount(self.tools, config, path)

    async def test_mount(self, config: VolumeConfig, *, protected: Iterable[Path]) -> None:
        """Try to mount a volume and leave nothing behind."""
        await verbs.test_mount(self.tools, config, protected=protected)

    async def init_repository(
        self, access: RepositoryAccess, *, timeout_s: float | None = None
    ) -> None:
        """Create a repository."""
        await verbs.init_repository(self.tools, access, timeout_s=timeout_s)

    async def read_header(
        self, access: RepositoryAccess, *, timeout_s: float | None = None
    ) -> RepositoryHeader:
        """Open a repository and return its header."""
        return await verbs.read_header(self.tools, access, timeout_s=timeout_s)

    async def list_snapshots(
        self,
        access: RepositoryAccess,
        *,
        ids: tuple[str, ...] = (),
        timeout_s: float | None = None,
    ) -> list[SnapshotRecord]:
        """List snapshots, oldest first."""
        return await verbs.list_snapshots(self.tools, access, ids=ids, timeout_s=timeout_s)

    def list_tree(
        self, access: RepositoryAccess, snapshot_id: str, *, path: str | None = None
    ) -> AsyncGenerator[NodeRecord]:
        """Yield the entries of a snapshot; close it to end restic."""
        return verbs.list_tree(self.tools, access, snapshot_id, path=path)

    async def list_children(
        self, access: RepositoryAccess, snapshot_id: str, folder: str
    ) -> list[NodeRecord]:
        """Return a folder's direct children without reading the rest of the snapshot."""
        return await verbs.list_children(self.tools, access, snapshot_id, folder)

    async def read_tree(
        self,
        access: RepositoryAccess,
        snapshot_id: str,
        *,
        on_chunk: Callable[[bytes], Awaitable[None]],
        is_background: bool = False,
    ) -> None:
        """Read a whole tree in raw chunks."""
        await verbs.read_tree(
            self.tools, access, snapshot_id, on_chunk=on_chunk, is_background=is_background
        )

    async def find_entry(
        self, access: RepositoryAccess, snapshot_id: str, path: str
    ) -> NodeRecord | None:
        """Return the entry of one path, or None."""
        return await verbs.find_entry(self.tools, access, snapshot_id, path)

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
        """Read a file of a snapshot, or a folder as an archive, in raw chunks."""
        await verbs.dump_snapshot(
            self.tools,
            access,
            snapshot_id,
            path,
            base_path=base_path,
            archive=archive,
            on_chunk=on_chunk,
        )

    async def diff_snapshots(
        self,
        access: RepositoryAccess,
        from_id: str,
        to_id: str,
        *,
        on_change: Callable[[str, str], None],
    ) -> DiffStatistics:
        """Compare two snapshots."""
        return await verbs.diff_snapshots(self.tools, access, from_id, to_id, on_change=on_change)

    async def read_stats(
        self, access: RepositoryAccess, *, is_background: bool = False
    ) -> RepositoryStats:
        """Read the size of a repository."""
        return await verbs.read_stats(self.tools, access, is_background=is_background)

    async def unlock_repository(
        self, access: RepositoryAccess, *, which: Which = "dead"
    ) -> Unlocked:
        """Remove locks of a repository."""
        return await verbs.unlock_repository(self.tools, access, which=which)

    async def count_removable(self, access: RepositoryAccess, plan: RestorePlan) -> int:
        """Count the entries that a restore with `delete` would remove."""
        return await verbs.count_removable(self.tools, access, plan)

    async def remove_cache(self, repository_id: str) -> None:
        """Delete restic's cache of a repository."""
        await verbs.remove_cache(self.tools, repository_id)

    async def list_rclone_remotes(self) -> list[tuple[str, str]]:
        """List name and type of the remotes in rclone.conf."""
        return await verbs.list_rclone_remotes(self.tools)
