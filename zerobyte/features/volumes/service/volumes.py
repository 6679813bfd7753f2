"""Create, change, mount and check volumes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from zerobyte.contract.volumes import DirectoryConfig, VolumeConfig
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, Forbidden, NotFound, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import constraints, encrypted_config
from zerobyte.db.query_cache import JsonCache
from zerobyte.features.auth.service.allowed_roots import check_role
from zerobyte.features.events.bus import EventBus
from zerobyte.features.volumes import present, schemas
from zerobyte.features.volumes.models import Volume, list_query, row_query
from zerobyte.features.volumes.service import browse, checks
from zerobyte.features.volumes.service.volume_mounts import TABLE, VolumeMounts
from zerobyte.hosts.api import HostApi
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded
from zerobyte.settings import Settings

_CONCURRENT_CHECKS: Final = 4
_SHARE_ROLE: Final = "Only owners and admins of the organization may name a share"
_LIST_CACHE: Final = JsonCache(present.volume, schemas.Volume)
_log = get_logger(__name__)


class Volumes:
    """Create, edit, mount, check and delete volumes."""

    def __init__(
        self,
        *,
        settings: Settings,
        sealer: Sealer,
        bus: EventBus,
        host_api: HostApi,
        refuse_delete: checks.VolumeCheck,
        refuse_unmount: checks.VolumeCheck,
        is_read: Callable[[Volume], Awaitable[bool]],
    ) -> None:
        """`refuse_unmount` is also called before a change of the config.

        is_read     returns True while a backup reads the volume.
        """
        self.host_api = host_api
        self._refuse_delete = refuse_delete
        self._refuse_unmount = refuse_unmount
        self._is_read = is_read
        self._sealer = sealer
        self._mounts = VolumeMounts(settings=settings, sealer=sealer, bus=bus, host_api=host_api)
        self._grants = self._mounts.grants
        self._protected = self._mounts.protected
        self._details = partial(present.details, volumes_dir=settings.volumes_dir)
        self._details_cache = JsonCache(self._details, schemas.VolumeDetails)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    # Queries of other features

    def source_path(self, volume: Volume) -> Path:
        """Return the folder that a backup of this volume reads, on the volume's host."""
        return self._mounts.source_path(volume)

    def plain_config(self, volume: Volume) -> VolumeConfig:
        """Return the config with secrets in plain text, for the worker that mounts it."""
        return self._mounts.plain_config(volume)

    async def allowed_roots(self, volume: Volume) -> list[str] | None:
        """Return the roots that a directory volume must lie in; None for mounted volumes."""
        return await self._mounts.allowed_roots(volume)

    async def release(self, volume: Volume) -> None:
        """Unmount a volume whose row was deleted with its organization. Raises MountFailed."""
        await self._mounts.unmount_if_readable(volume)

    async def not_ready_reason(self, volume: Volume) -> str | None:
        """Return None if a backup may read the volume now, else the reason in one sentence.

        Checks the volume, and mounts a failed one that has `auto_remount` set. A volume that a user
        unmounted stays unmounted. One that a backup reads is only checked: to mount a share again
        that is slow detaches it, and the backup would lose it.
        """
        async with self._locked(volume.organization_id, volume.short_id) as row:
            if row.status == "unmounted":
                return row.last_error or "Volume is not mounted"
            if row.status == "mounted":
                await self._mounts.check(row)
            if row.status == "error" and row.auto_remount:
                is_read = await self._is_read(row)
                await (self._mounts.check(row) if is_read else self._mounts.mount(row))
        return None if row.status == "mounted" else row.last_error or "Volume check failed"

    async def remotes_refusal(self, volume: Volume) -> str | None:
        """Return why the organization may not use a remote any more, or None."""
        try:
            await self._mounts.require_remotes(volume)
        except Forbidden as error:
            return error.message
        return None

    # Operations of the API

    async def list_all(self, actor: Actor) -> Encoded[list[schemas.Volume]]:
        """List the volumes of the organization, oldest first."""
        return Encoded.list_of(await list_query.serialized(_LIST_CACHE, actor.organization_id))

    async def get(self, actor: Actor, short_id: str) -> Encoded[schemas.VolumeWithSpace]:
        """Return a volume and the space of its file system. Raises NotFound."""
        volume = await self.find(actor.organization_id, short_id)
        path = None
        if volume.status == "mounted":
            with contextlib.suppress(encrypted_config.DamagedConfig):
                path = self.source_path(volume)
        cached = await row_query.serialized(self._details_cache, actor.organization_id, short_id)
        return Encoded.with_encoded_fields(
            schemas.VolumeWithSpace,
            {"volume": cached[0] if cached else self._details_cache.encode(volume)},
            statfs=await browse.disk_space(self.host_api, path),
        )

    async def create(self, actor: Actor, body: schemas.CreateVolume) -> schemas.VolumeDetails:
        """Store a new volume and mount it; the response reports a failed mount.

        Raises
            Invalid     the name is invalid, or a masked secret was sent for a new volume.
            Conflict    the organization has a volume of this name.
        """
        config = encrypted_config.keep_masked(body.config, None)
        require_valid(config)
        await self._check_path(actor, config)
        volume = Volume(organization_id=actor.organization_id, name=checks.volume_name(body.name))
        self._store_config(volume, config)
        await checks.save(volume)
        self._mounts.publish("volume:created", volume)
        async with self._locked(actor.organization_id, volume.short_id) as row:
            await self._mounts.mount(row)
        return self._details(row)

    async def test_connection(
        self, actor: Actor, body: schemas.TestConnection
    ) -> schemas.ConnectionTested:
        """Test a config; a failure is a result, not an error."""
        config = encrypted_config.keep_masked(body.config, None)
        await self._check_path(actor, config)
        try:
            await self._mounts.check_address(actor.organization_id, config)
            await self.host_api.test_mount(config, protected=self._protected)
        except ZerobyteError as error:
            return schemas.ConnectionTested(success=False, message=redact(error.message))
        return schemas.ConnectionTested(success=True, message="Connection successful")

    async def update(
        self, actor: Actor, short_id: str, body: schemas.UpdateVolume
    ) -> schemas.VolumeDetails:
        """Change the fields sent. Nothing is unmounted before all checks have passed.

        Raises
            Invalid     the name is invalid, or a secret must be entered again.
            Conflict    the name is taken, or the volume is in use and its config would change.
        """
        sent = body.model_fields_set
        async with self._locked(actor.organization_id, short_id) as volume:
            former = volume.config
            if "name" in sent:
                volume.name = checks.volume_name(body.name)
            if "auto_remount" in sent:
                volume.auto_remount = body.auto_remount
            is_changed = "config" in sent and self._update_config(volume, body.config)
            if is_changed:
                await self._check_path(actor, body.config)
                await self._refuse_unmount(volume)
            await checks.save(volume)
            if is_changed:
                await self._mounts.replace(volume, former)
                self._mounts.publish("volume:updated", volume)
        return self._details(volume)

    async def delete(self, actor: Actor, short_id: str) -> None:
        """Delete the row of a volume; its files and snapshots stay.

        Raises
            Conflict    a schedule uses the volume.
            Failed      the volume cannot be unmounted; its row stays.
        """
        async with self._locked(actor.organization_id, short_id) as volume:
            await self._refuse_delete(volume)
            await self._mounts.unmount_if_readable(volume)
            try:
                await volume.delete()
            except IntegrityError as error:
                if not constraints.breaks_reference(error):
                    raise
                raise Conflict("The volume is used by backup schedules") from None
        self._mounts.publish("volume:deleted", volume)

    async def mount(self, actor: Actor, short_id: str) -> schemas.VolumeState:
        """Mount the volume."""
        async with self._locked(actor.organization_id, short_id) as volume:
            await self._mounts.mount(volume)
        if volume.status == "mounted":
            self._mounts.publish("volume:mounted", volume)
        return checks.state(volume)

    async def unmount(self, actor: Actor, short_id: str) -> schemas.VolumeState:
        """Unmount a volume until it is mounted again. Raises Conflict while a task reads it."""
        async with self._locked(actor.organization_id, short_id) as volume:
            await self._refuse_unmount(volume)
            await self._mounts.unmount(volume)
        if volume.status == "unmounted":
            self._mounts.publish("volume:unmounted", volume)
        return checks.state(volume)

    async def health_check(self, actor: Actor, short_id: str) -> schemas.VolumeState:
        """Check that the volume answers; one that a user unmounted stays unmounted."""
        async with self._locked(actor.organization_id, short_id) as volume:
            await self._mounts.check(volume)
        return checks.state(volume)

    async def files(
        self, actor: Actor, short_id: str, query: schemas.ListVolumeFilesQuery
    ) -> schemas.VolumeFilePage:
        """Return a page of a folder of a mounted volume.

        Raises
            Conflict        the volume is not mounted.
            Forbidden       the organization may not use its remote any more.
            Unavailable     its file system does not answer.
        """
        volume = await self.find(actor.organization_id, short_id)
        if volume.status != "mounted":
            raise Conflict("Volume is not mounted")
        await self._mounts.require_remotes(volume)
        return await browse.page(
            self.host_api,
            self.source_path(volume),
            query,
            protected=self._mounts.protected_in(volume),
        )

    async def _check_path(self, actor: Actor, config: VolumeConfig) -> None:
        """Refuse a config with a host path, share or remote that the actor may not use.

        An NFS server trusts the host and not the user, so members may not name shares either.
        """
        if isinstance(config, DirectoryConfig):
            await self._grants.check(actor, config.path, host_api=self.host_api)
        elif config.backend == "rclone":
            await self._grants.check_remotes(actor)
        else:
            check_role(actor, _SHARE_ROLE)

    async def browse(self, actor: Actor, query: schemas.BrowseQuery) -> schemas.Directories:
        """List the folders inside a folder of the host, without our own data.

        Only owners and admins may browse, and only within the roots granted to their organization.

        Raises
            Unavailable     the file system does not answer.
        """
        check_role(actor)
        roots = await self._grants.of(actor.organization_id)
        return await browse.directories(
            self.host_api, query, protected=self._protected, roots=roots
        )

    async def find(self, organization_id: str, short_id: str) -> Volume:
        """Return the organization's volume with this short id. Raises NotFound."""
        volume = await row_query.first(organization_id, short_id)
        if volume is None:
            raise NotFound("Volume not found")
        return volume

    # Periodic jobs

    async def check_all(self) -> None:
        """Check every volume that should be mounted, and mount failed ones.

        Checks a few at a time, so that one dead server does not delay the others for long.
        """
        await self._check_each(Volume.filter(status__in=["mounted", "error"]))

    async def remount_failed(self) -> None:
        """Mount every failed volume that has `auto_remount` set."""
        await self._check_each(Volume.filter(status="error", auto_remount=True))

    async def _check_each(self, wanted: QuerySet[Volume]) -> None:
        slots = asyncio.Semaphore(_CONCURRENT_CHECKS)

        async def check(volume: Volume) -> None:
            async with slots:
                try:
                    await self.not_ready_reason(volume)
                except ZerobyteError as error:
                    _log.warning("volume check failed", volume=volume.short_id, why=error.message)

        await asyncio.gather(*[check(volume) for volume in await wanted])

    @asynccontextmanager
    async def _locked(self, organization_id: str, short_id: str) -> AsyncGenerator[Volume]:
        """Yield the current row while no other request changes its status or config."""
        volume = await self.find(organization_id, short_id)
        async with self._locks.setdefault(volume.id, asyncio.Lock()):
            yield await self.find(organization_id, short_id)

    def _update_config(self, volume: Volume, sent: VolumeConfig) -> bool:
        """Store another config in the row. Returns False if it equals the stored one."""
        try:
            former = self.plain_config(volume)
        except Unsealable:
            former = None  # secrets cannot be decrypted: all must be entered again
        is_same_backend = former is not None and former.backend == sent.backend
        stored = former.model_dump(by_alias=True) if former and is_same_backend else None
        config = encrypted_config.keep_masked(sent, stored)
        if config == former:
            return False
        require_valid(config)
        self._store_config(volume, config)
        return True

    def _store_config(self, volume: Volume, config: VolumeConfig) -> None:
        volume.type = config.backend
        volume.config = encrypted_config.seal(
            self._sealer, config, table=TABLE, row=volume.short_id
        )
