"""Run the operations of `HostApi` on this machine: the one implementation.

Functions without state that call the drivers; each has a time limit or passes one on. Worker
processes import this module too, so it imports no settings, no database and no web server.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from zerobyte import mounts
from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.contract.restic_output import (
    DiffStatistics,
    NodeRecord,
    RepositoryStats,
    SnapshotRecord,
)
from zerobyte.contract.volumes import VolumeConfig
from zerobyte.core import blocking, process, protected_paths
from zerobyte.core.errors import Invalid, Unavailable
from zerobyte.core.protected_paths import RestoreLimits
from zerobyte.hosts.api import (
    ArchiveFormat,
    Entry,
    Page,
    RepositoryHeader,
    RestorePlan,
    Space,
    Unlocked,
    Which,
)
from zerobyte.mounts import address_check as share_address
from zerobyte.mounts import files, space
from zerobyte.restic import (
    address_check,
    cat_config,
    cat_tree,
    diff,
    dump,
    escaping,
    includes,
    init,
    ls,
    place_check,
    restore,
    snapshots,
    stats,
    unlock,
)
from zerobyte.restic.repository import Repository, Tools

T = TypeVar("T")

LISTING_LIMIT_S: Final = 10.0
SPACE_LIMIT_S: Final = 1.0
_RCLONE_LIMIT_S: Final = 10.0
_BACKGROUND_NICE: Final = 10


async def mount(
    tools: Tools, config: VolumeConfig, path: Path, *, protected: Iterable[Path]
) -> None:
    """Mount a volume at a path; see `HostApi.mount`."""
    await mounts.mount(config, path, _mount_tools(tools), protected=protected)


async def unmount(tools: Tools, config: VolumeConfig, path: Path) -> None:
    """Unmount a volume; see `HostApi.unmount`."""
    await mounts.unmount(config, path, _mount_tools(tools))


async def check_mount(config: VolumeConfig, path: Path, *, protected: Iterable[Path]) -> None:
    """Check that a mounted volume answers; see `HostApi.check_mount`."""
    await mounts.health(config, path, protected=protected)


async def check_share_address(config: VolumeConfig, *, allow_private: bool) -> None:
    """Refuse a share at an address that is not allowed; see `HostApi.check_share_address`."""
    await share_address.check(config, allow_private=allow_private)


async def require_mounted(config: VolumeConfig, path: Path) -> None:
    """Check the mount table for a volume; see `zerobyte.mounts.require_mounted`."""
    await mounts.require_mounted(config, path)


async def test_mount(tools: Tools, config: VolumeConfig, *, protected: Iterable[Path]) -> None:
    """Try to mount a volume; see `HostApi.test_mount`."""
    await mounts.test(config, _mount_tools(tools), protected=protected)


async def list_folder(
    root: Path, path: str, *, offset: int, limit: int, protected: Iterable[Path]
) -> Page:
    """Return one page of a folder inside a volume; see `HostApi.list_folder`."""
    return await _list_in_time(
        lambda: files.list_folder(root, path, offset=offset, limit=limit, protected=protected)
    )


async def list_directories(
    path: str, *, protected: Iterable[Path], roots: Sequence[str]
) -> Sequence[Entry]:
    """List the folders inside a folder of the host; see `HostApi.list_directories`."""
    return await _list_in_time(
        lambda: files.list_directories(path, protected=protected, roots=roots)
    )


async def disk_space(path: Path) -> Space:
    """Return the space of a folder's file system; see `HostApi.disk_space`."""
    return await blocking.run_blocking(lambda: space.space(path), limit_s=SPACE_LIMIT_S)


async def is_within_roots(paths: Sequence[str], roots: Sequence[str]) -> bool:
    """Return True if every real path lies in a root; see `HostApi.is_within_roots`."""

    def compare() -> bool:
        return all(protected_paths.is_allowed(path, roots) for path in paths)

    return await blocking.run_blocking_on_path(compare, path=_named(paths))


async def resolve_path(path: str) -> str:
    """Return a path with its links resolved; see `HostApi.resolve_path`."""
    return await blocking.run_blocking_on_path(lambda: str(Path(path).resolve()), path=path)


async def check_repository_path(
    path: str,
    *,
    other_repositories: Iterable[str],
    protected: Iterable[str],
    repositories_folder: str,
) -> None:
    """Refuse a repository at a protected path; see `HostApi.check_repository_path`."""

    def is_refused() -> bool:
        return protected_paths.lies_in(
            path, other_repositories
        ) or protected_paths.refused_repository(path, protected, repositories_folder)

    if await blocking.run_blocking_on_path(is_refused, path=path):
        raise Invalid.at(["config", "path"], place_check.PROTECTED)


async def is_repository(path: str) -> bool:
    """Return True if a folder looks like a restic repository."""

    def look() -> bool:
        return (Path(path) / "config").is_file() and (Path(path) / "keys").is_dir()

    return await blocking.run_blocking_on_path(look, path=path)


async def resolve_restore_paths(paths: Sequence[str], limits: Sequence[RestoreLimits]) -> list[str]:
    """Return the real paths of a restore; see `HostApi.resolve_restore_paths`."""

    def resolve() -> list[str]:
        for path, limit in zip(paths, limits, strict=True):
            if (reason := protected_paths.restore_refusal(path, limit)) is not None:
                raise Invalid(reason)
        return [os.path.realpath(path) for path in paths]

    return await blocking.run_blocking_on_path(resolve, path=_named(paths))


async def check_includes(source: Path, options: BackupOptions, excluded: Sequence[str]) -> None:
    """Refuse includes outside the source; see `HostApi.check_includes`."""

    def look() -> None:
        real = source.resolve()
        if (reason := _refused_includes(real, options, excluded)) is None:
            return
        # Check entry by entry only now, to name the one that is refused.
        for number, path in enumerate(options.include_paths):
            if why := _refused_includes(real, BackupOptions(include_paths=[path]), excluded):
                raise Invalid.at(["includePaths", number], why)
        for number, pattern in enumerate(options.include_patterns):
            if why := _refused_includes(real, BackupOptions(include_patterns=[pattern]), excluded):
                raise Invalid.at(["includePatterns", number], why)
        raise Invalid(reason)

    await blocking.run_blocking_on_path(look, path=str(source))


async def check_storage_address(access: RepositoryAccess) -> None:
    """Refuse an address that may not be reached; see `HostApi.check_storage_address`."""
    await address_check.check(access)


async def init_repository(
    tools: Tools, access: RepositoryAccess, *, timeout_s: float | None = None
) -> None:
    """Create a repository; see `HostApi.init_repository`."""
    await init.run(Repository(access, tools), timeout_s=timeout_s)


async def read_header(
    tools: Tools, access: RepositoryAccess, *, timeout_s: float | None = None
) -> RepositoryHeader:
    """Open a repository; see `HostApi.read_header`."""
    return await cat_config.run(Repository(access, tools), timeout_s=timeout_s)


async def list_snapshots(
    tools: Tools,
    access: RepositoryAccess,
    *,
    ids: tuple[str, ...] = (),
    timeout_s: float | None = None,
) -> list[SnapshotRecord]:
    """List snapshots; see `HostApi.list_snapshots`."""
    return await snapshots.run(Repository(access, tools), ids=ids, timeout_s=timeout_s)


async def has_snapshot_file(access: RepositoryAccess, snapshot_id: str) -> bool | None:
    """Return True if the file of a snapshot exists; see `HostApi.has_snapshot_file`."""
    if not isinstance(access.config, LocalConfig):
        return True
    path = access.config.path
    folder = Path(path) / "snapshots"

    def look() -> bool | None:
        return (folder / escaping.snapshot(snapshot_id)).exists() if folder.is_dir() else None

    return await blocking.run_blocking_on_path(look, path=path)


async def list_tree(
    tools: Tools, access: RepositoryAccess, snapshot_id: str, *, path: str | None = None
) -> AsyncGenerator[NodeRecord]:
    """Yield the entries of a snapshot; see `HostApi.list_tree`."""
    async with aclosing(ls.run(Repository(access, tools), snapshot_id, path=path)) as nodes:
        async for node in nodes:
            yield node


async def list_children(
    tools: Tools, access: RepositoryAccess, snapshot_id: str, folder: str
) -> list[NodeRecord]:
    """Return a folder's direct children; see `HostApi.list_children`."""
    return await cat_tree.children(Repository(access, tools), snapshot_id, folder)


async def read_tree(
    tools: Tools,
    access: RepositoryAccess,
    snapshot_id: str,
    *,
    on_chunk: Callable[[bytes], Awaitable[None]],
    is_background: bool = False,
) -> None:
    """Read a whole tree in raw chunks; see `HostApi.read_tree`."""
    tools = _in_background(tools) if is_background else tools
    await ls.whole(Repository(access, tools), snapshot_id, on_chunk=on_chunk)


def _in_background(tools: Tools) -> Tools:
    # Linux derives the priority of disk reads from the niceness as well.
    return replace(tools, nice=max(tools.nice, _BACKGROUND_NICE))


async def find_entry(
    tools: Tools, access: RepositoryAccess, snapshot_id: str, path: str
) -> NodeRecord | None:
    """Return the entry of one path; see `HostApi.find_entry`."""
    return await ls.entry(Repository(access, tools), snapshot_id, path)


async def dump_snapshot(
    tools: Tools,
    access: RepositoryAccess,
    snapshot_id: str,
    path: str,
    *,
    base_path: str | None = None,
    archive: ArchiveFormat = "tar",
    on_chunk: Callable[[bytes], Awaitable[None]],
) -> None:
    """Read a file or an archive in raw chunks; see `HostApi.dump_snapshot`."""
    repository = Repository(access, tools)
    await dump.run(
        repository, snapshot_id, path, base_path=base_path, archive=archive, on_chunk=on_chunk
    )


async def diff_snapshots(
    tools: Tools,
    access: RepositoryAccess,
    from_id: str,
    to_id: str,
    *,
    on_change: Callable[[str, str], None],
) -> DiffStatistics:
    """Compare two snapshots; see `HostApi.diff_snapshots`."""
    return await diff.run(Repository(access, tools), from_id, to_id, on_change=on_change)


async def read_stats(
    tools: Tools, access: RepositoryAccess, *, is_background: bool = False
) -> RepositoryStats:
    """Read the size of a repository; see `HostApi.read_stats`."""
    tools = _in_background(tools) if is_background else tools
    return await stats.run(Repository(access, tools))


async def unlock_repository(
    tools: Tools, access: RepositoryAccess, *, which: Which = "dead"
) -> Unlocked:
    """Remove locks of a repository; see `HostApi.unlock_repository`."""
    return await unlock.run(Repository(access, tools), which=which)


async def count_removable(tools: Tools, access: RepositoryAccess, plan: RestorePlan) -> int:
    """Count the entries that a restore would remove; see `HostApi.count_removable`."""
    return await restore.count_removable(Repository(access, tools), plan)


async def remove_cache(tools: Tools, repository_id: str) -> None:
    """Delete restic's cache of a repository; see `HostApi.remove_cache`."""
    await asyncio.to_thread(shutil.rmtree, tools.cache_dir / repository_id, ignore_errors=True)


async def list_rclone_remotes(tools: Tools) -> list[tuple[str, str]]:
    """List rclone's remotes by name; see `HostApi.list_rclone_remotes`.

    rclone prints them, because its configuration file may be encrypted.
    """
    if tools.rclone_config_dir is None:
        return []
    config = tools.rclone_config_dir / "rclone.conf"
    if not config.is_file():
        return []
    lines: list[bytes] = []
    try:
        exit_ = await process.run(
            ["rclone", "listremotes", "--long", "--ask-password=false"],
            env={"RCLONE_CONFIG": str(config)},
            on_stdout_line=lines.append,
            timeout_s=_RCLONE_LIMIT_S,
            grace_s=1.0,
        )
    except Unavailable:
        return []
    if exit_.code != 0:
        return []
    return sorted(
        (remote for line in lines if (remote := _remote(line)) is not None),
        key=lambda remote: remote[0],
    )


def _remote(line: bytes) -> tuple[str, str] | None:
    """Return name and type of a line: the name, a colon, spaces, the type, a description."""
    name, colon, rest = line.decode(errors="replace").partition(":")
    if not colon or not name.strip():
        return None
    return name.strip(), (rest.split() or ["unknown"])[0]


def _refused_includes(source: Path, options: BackupOptions, excluded: Sequence[str]) -> str | None:
    """Return why includes are refused, or None."""
    try:
        includes.check(source, options, excluded)
    except Invalid as error:
        return error.message
    return None


async def _list_in_time(work: Callable[[], T]) -> T:
    try:
        return await blocking.run_blocking(work, limit_s=LISTING_LIMIT_S)
    except TimeoutError:
        raise Unavailable("The file system does not answer") from None


def _named(paths: Sequence[str]) -> str:
    """Return the first paths of a list for an error message."""
    return " and ".join(paths[:3])


def _mount_tools(tools: Tools) -> mounts.MountTools:
    return mounts.MountTools(
        run_dir=tools.run_dir,
        rclone_config_dir=tools.rclone_config_dir,
        limit_s=tools.mount_limit_s,
    )
