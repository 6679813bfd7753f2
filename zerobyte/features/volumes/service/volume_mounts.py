"""Mount, check and unmount the volumes of rows, and store the result in the rows.

The callers hold the lock of the volume.
"""

from pathlib import Path
from typing import Any, Final

from zerobyte.contract.volumes import VolumeConfig, VolumeStatus
from zerobyte.core import clock, protected_paths
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.redact import redact
from zerobyte.core.secrets import Sealer
from zerobyte.db import encrypted_config
from zerobyte.features.auth.service import private_networks
from zerobyte.features.auth.service.allowed_roots import RootGrants
from zerobyte.features.events.bus import EventBus
from zerobyte.features.volumes import present
from zerobyte.features.volumes.models import Volume
from zerobyte.hosts.api import HostApi, MountFailed, path_of
from zerobyte.settings import Settings

TABLE: Final = "volumes"


class VolumeMounts:
    """The mounts of volumes on their hosts.

    protected   folders of our own data, in which no volume may lie.
    """

    def __init__(
        self, *, settings: Settings, sealer: Sealer, bus: EventBus, host_api: HostApi
    ) -> None:
        self.host_api = host_api
        self.grants = RootGrants(settings)
        self.protected = tuple(map(Path, protected_paths.own_data(settings)))
        self._sealer = sealer
        self._bus = bus
        self._volumes_dir = settings.volumes_dir
        self._private_networks = settings.storage_private_networks

    def protected_in(self, volume: Volume) -> list[Path]:
        """Return our own folders that are hidden in a volume's files.

        Mounts lie below the data folder, so the folders around a mount are left out.
        """
        if volume.type == "directory":
            return [*self.protected]
        path = str(self.source_path(volume))
        return [one for one in self.protected if not protected_paths.is_within(path, str(one))]

    def source_path(self, volume: Volume) -> Path:
        """Return the folder that a backup of this volume reads, on the volume's host."""
        return present.path_of(volume, volumes_dir=self._volumes_dir)

    def plain_config(self, volume: Volume) -> VolumeConfig:
        """Return the config with secrets in plain text, for the worker that mounts it."""
        model = encrypted_config.kind_of(volume.config, present.KINDS, volume.type)
        return present.parsed(
            encrypted_config.unseal(
                self._sealer, volume.config, model, table=TABLE, row=volume.short_id
            )
        )

    async def check_address(self, organization_id: str, config: VolumeConfig) -> None:
        """Refuse a share at an address that the organization may not use.

        Raises Invalid, MountFailed.
        """
        allow_private = await private_networks.is_allowed(organization_id, self._private_networks)
        await self.host_api.check_share_address(config, allow_private=allow_private)

    async def allowed_roots(self, volume: Volume) -> list[str] | None:
        """Return the roots that a directory volume must lie in; None for mounted volumes."""
        if volume.type != "directory":
            return None
        return await self.grants.of(volume.organization_id, volume.agent_id)

    async def require_remotes(self, volume: Volume) -> None:
        """Refuse an rclone volume unless its organization has the root `/` now.

        Raises Forbidden.
        """
        if volume.type == "rclone":
            roots = await self.grants.of(volume.organization_id, volume.agent_id)
            protected_paths.require_whole_host(roots)

    async def _require_allowed_root(self, volume: Volume) -> None:
        """Refuse a directory volume outside the roots that are granted now."""
        roots = await self.allowed_roots(volume)
        if roots is None:
            return
        path = str(self.source_path(volume))
        if not await self.host_api.is_within_roots([path], roots):
            raise MountFailed(
                "This folder is outside the folders that the organization may use on this host"
            )

    async def unmount_if_readable(self, volume: Volume) -> None:
        """Unmount a volume; a damaged config must not prevent its deletion."""
        try:
            config = present.parsed(volume.config)
        except encrypted_config.DamagedConfig:
            return
        await self.host_api.unmount(config, self.source_path(volume))

    async def replace(self, volume: Volume, stored: dict[str, Any]) -> None:
        """Unmount the share of the former config, then mount the volume; store the result."""
        try:
            former = present.parsed(stored)
        except encrypted_config.DamagedConfig:
            await self.mount(volume)
            return
        path = path_of(former, volumes_dir=self._volumes_dir, short_id=volume.short_id)
        try:
            await self.host_api.unmount(former, path)
        except ZerobyteError as error:
            # Do not mount over the old share: backups would read it without an error.
            await self.record(volume, "error", error.message)
        else:
            await self.mount(volume)

    async def mount(self, volume: Volume) -> None:
        """Mount a volume, and store whether that worked."""
        try:
            config = self.plain_config(volume)
            await self.check_address(volume.organization_id, config)
            await self.require_remotes(volume)
            await self.host_api.mount(config, self.source_path(volume), protected=self.protected)
            await self._require_allowed_root(volume)
        except ZerobyteError as error:
            await self.record(volume, "error", error.message)
        else:
            await self.record(volume, "mounted", None)

    async def check(self, volume: Volume) -> None:
        """Check a volume, and store the result; an unmounted one stays unmounted."""
        if volume.status == "unmounted":
            await self.record(volume, "unmounted", volume.last_error)
            return
        try:
            config = present.parsed(volume.config)
            await self.require_remotes(volume)
            await self.host_api.check_mount(
                config, self.source_path(volume), protected=self.protected
            )
            await self._require_allowed_root(volume)
        except ZerobyteError as error:
            await self.record(volume, "error", error.message)
        else:
            await self.record(volume, "mounted", None)

    async def unmount(self, volume: Volume) -> None:
        """Unmount a volume, and store whether that worked."""
        try:
            await self.host_api.unmount(present.parsed(volume.config), self.source_path(volume))
        except ZerobyteError as error:
            await self.record(volume, "error", error.message)
        else:
            await self.record(volume, "unmounted", None)

    async def record(self, volume: Volume, status: VolumeStatus, error: str | None) -> None:
        """Store the result of a check; `updated_at` stays, because it is not an edit."""
        previous = volume.status
        found = {
            "status": status,
            "last_error": redact(error) if error else None,
            "last_health_check": clock.now_ms(),
        }
        volume.update_from_dict(found)
        await Volume.filter(id=volume.id).update(**found)
        if status != previous:
            self.publish("volume:status_changed", volume, status=status)

    def publish(self, event: str, volume: Volume, **more: str) -> None:
        """Publish an event of a volume to the streams of its organization."""
        payload = {"organizationId": volume.organization_id, "volumeName": volume.name, **more}
        self._bus.publish(volume.organization_id, event, payload)
