"""What this installation can do, its switches, and the organization's recovery key.

Refuses to know how an ability is used: it only looks whether the parts are there.
"""

import shutil
from pathlib import Path
from typing import Final

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
"""Less than this is said also where backups may fill their disk to the end."""
_REPOSITORIES: Final = ("local", "s3", "r2", "gcs", "azure", "sftp", "rest")
_MOUNTABLE: Final = ("nfs", "smb", "webdav", "sftp")


class System:
    """Answers questions about the installation as a whole."""

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
        """What can be done here, looked up anew: an rclone that is set up later counts."""
        config = self._settings.rclone_config_dir / "rclone.conf"
        rclone = config.is_file() and shutil.which("rclone") is not None
        sys_admin = _may_mount(Path("/proc/self/status"))
        volumes = ["directory", *(_MOUNTABLE if sys_admin else ())]
        return SystemInfo(
            capabilities=Capabilities(
                rclone=rclone,
                sys_admin=sys_admin,
                volume_backends=[*volumes, *(["rclone"] if rclone and sys_admin else [])],
                repository_backends=[*_REPOSITORIES, *(["rclone"] if rclone else [])],
            )
        )

    async def low_disk_space(self) -> str | None:
        """That there is hardly any room left where all our data is; it is still answered from."""
        disk = await cache.disk(self._settings.data_dir)
        at_least = max(self._settings.min_free_bytes, _FREE_BYTES)
        if disk.free_bytes >= disk.wanted_free(at_least, self._settings.min_free_percent):
            return None
        return (
            f"Only {disk.free_bytes // 1_000_000} MB are free on the disk of ZEROBYTE_DATA_DIR; "
            "once it is full, runs and changes are refused until space is freed"
        )

    def updates(self) -> Updates:
        """The running version; nothing is asked of the network."""
        version = self._settings.app_version
        return Updates(current_version=version, latest_version=version)

    async def recovery_key(self, actor: Actor, body: DownloadResticPassword) -> str:
        """The organization's repository password, for somebody who types their own again.

        Where they have a second factor, that is asked for too. Notes on the person that they have
        the key. Raises Forbidden, Unauthenticated, NotFound, TooManyRequests.
        """
        await self._accounts.check_password(
            actor.user_id, body.password, purpose="download the recovery key"
        )
        await self._second_factor.check(await User.get(id=actor.user_id), body.code)
        key = await self._organizations.repository_password(actor.organization_id)
        await User.filter(id=actor.user_id).update(has_downloaded_restic_password=True)
        return key


def _may_mount(status: Path) -> bool:
    try:
        lines = status.read_text().splitlines()
    except OSError:
        return False
    effective = next((line.split()[1] for line in lines if line.startswith("CapEff:")), "0")
    return bool(int(effective, 16) >> _CAP_SYS_ADMIN & 1)
