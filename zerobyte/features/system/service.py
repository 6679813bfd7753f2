"""Capabilities of the installation, disk space, version and the recovery key.

A capability means that its parts are present; nothing is tried out.
"""

import shutil
from pathlib import Path
from typing import Final

from zerobyte.contract.volumes import VolumeType
from zerobyte.features.auth.models import User
from zerobyte.features.auth.service import Accounts, Organizations, StepUp
from zerobyte.features.system.schemas import (
    Capabilities,
    DownloadResticPassword,
    SystemInfo,
    Updates,
)
from zerobyte.http.auth import Actor
from zerobyte.restic import cache
from zerobyte.settings import Settings

_CAP_SYS_ADMIN: Final = 21
_FREE_BYTES: Final = 64 * 2**20
"""Warn below this even if settings let backups fill the disk completely."""
_REPOSITORIES: Final = ("local", "s3", "r2", "gcs", "azure", "sftp", "rest")
_MOUNT_PROGRAMS: Final[dict[VolumeType, str]] = {
    "nfs": "mount.nfs", "smb": "mount.cifs", "webdav": "rclone", "sftp": "sshfs",
}  # fmt: skip
_FUSE_DEVICE: Final = Path("/dev/fuse")


class System:
    """The service of the instance-wide operations."""

    def __init__(
        self,
        *,
        settings: Settings,
        accounts: Accounts,
        organizations: Organizations,
        second_factor: StepUp,
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._organizations = organizations
        self._second_factor = second_factor

    def info(self) -> SystemInfo:
        """Return the capabilities, detected at each call: rclone may be set up later."""
        config = self._settings.rclone_config_dir / "rclone.conf"
        rclone = config.is_file() and shutil.which("rclone") is not None
        sys_admin = _may_mount(Path("/proc/self/status"))
        volumes: list[VolumeType] = ["directory"]
        if sys_admin:
            volumes.extend(filter(_is_mountable, _MOUNT_PROGRAMS))
        if rclone and "webdav" in volumes:
            volumes.append("rclone")
        return SystemInfo(
            capabilities=Capabilities(
                rclone=rclone,
                sys_admin=sys_admin,
                volume_backends=volumes,
                repository_backends=[*_REPOSITORIES, *(["rclone"] if rclone else [])],
            )
        )

    async def low_disk_space(self) -> str | None:
        """Return a warning if the disk of the data folder is almost full, else None."""
        disk = await cache.disk(self._settings.data_dir)
        at_least = max(self._settings.min_free_bytes, _FREE_BYTES)
        if disk.free_bytes >= disk.wanted_free(at_least, self._settings.min_free_percent):
            return None
        return (
            f"Only {disk.free_bytes // 1_000_000} MB are free on the disk of ZEROBYTE_DATA_DIR; "
            "once it is full, runs and changes are refused until space is freed"
        )

    def updates(self) -> Updates:
        """Return the running version, without a network request."""
        version = self._settings.app_version
        return Updates(current_version=version, latest_version=version)

    async def recovery_key(self, actor: Actor, body: DownloadResticPassword) -> str:
        """Return the organization's repository password after checking the user's own password.

        Checks the second factor too if the user has one, and records the download on the user.
        Raises Forbidden, Unauthenticated, NotFound, TooManyRequests.
        """
        await self._accounts.check_password(
            actor.user_id, body.password, purpose="download the recovery key"
        )
        await self._second_factor.check(await User.get(id=actor.user_id), body.code)
        key = await self._organizations.repository_password(actor.organization_id)
        await User.filter(id=actor.user_id).update(has_downloaded_restic_password=True)
        return key


def _is_mountable(backend: VolumeType) -> bool:
    """Return True if the program of a backend, and FUSE if it needs that, are on this host."""
    is_kernel = backend in ("nfs", "smb")
    found = shutil.which(_MOUNT_PROGRAMS[backend]) is not None
    return found and (is_kernel or _FUSE_DEVICE.exists())


def _may_mount(status: Path) -> bool:
    try:
        lines = status.read_text().splitlines()
    except OSError:
        return False
    effective = next((line.split()[1] for line in lines if line.startswith("CapEff:")), "0")
    return bool(int(effective, 16) >> _CAP_SYS_ADMIN & 1)
