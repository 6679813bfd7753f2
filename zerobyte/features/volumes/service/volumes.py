"""The rules of volumes: names, secrets and status."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from zerobyte import mounts
from zerobyte.contract.volumes import DirectoryConfig, VolumeConfig, VolumeStatus
from zerobyte.core import blocking, clock, protected_paths
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, NotFound, ZerobyteError
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import constraints, encrypted_config
from zerobyte.db.query_cache import CachedQuery, JsonCache, param
from zerobyte.features.auth.service.allowed_roots import RootGrants, check_role
from zerobyte.features.events.bus import EventBus
from zerobyte.features.volumes import present, schemas
from zerobyte.features.volumes.models import Volume
from zerobyte.features.volumes.service import browse, checks
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded
from zerobyte.settings import Settings

_TABLE: Final = "volumes"
_AT_ONCE: Final = 4
_ALL: Final = CachedQuery(lambda: Volume.filter(organization_id=param(0)).order_by("id"))
_ONE: Final = CachedQuery(lambda: Volume.filter(organization_id=param(0), short_id=param(1)))
_SHOWN: Final = JsonCache(present.volume, schemas.Volume)
_log = get_logger(__name__)


class Volumes:
    """Create, edit, mount, check and delete volumes.

    before_delete       called before a delete; a listener that raises `Conflict` prevents it.
    before_unmount      called before an unmount or a change of the config, likewise.
    """

    def __init__(self, *, settings: Settings, sealer: Sealer, bus: EventBus) -> None:
        self.before_delete: list[checks.Listener] = []
        self.before_unmount: list[checks.Listener] = []
        self._sealer = sealer
        self._bus = bus
        self._volumes_dir = settings.volumes_dir
        self._grants = RootGrants(settings)
        own = protected_paths.own_data(settings)
        self._protected = tuple(Path(place) for place in own)
        self._details = partial(present.details, volumes_dir=settings.volumes_dir)
        self._shown = JsonCache(self._details, schemas.VolumeDetails)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    # What others need of a volume

    def source_path(self, volume: Volume) -> Path:
        """The folder that a backup of this volume reads, on the volume's host."""
        return present.path_of(volume, volumes_dir=self._volumes_dir)

    def plain_config(self, volume: Volume) -> VolumeConfig:
        """The config with its secrets in plain text, for the worker that mounts it."""
        model = encrypted_config.kind_of(volume.config, present.KINDS, volume.type)
        return present.parsed(
            encrypted_config.unseal(
                self._sealer, volume.config, model, table=_TABLE, row=volume.short_id
            )
        )

    async def allowed_roots(self, volume: Volume) -> list[str] | None:
        """Folders that a directory volume must lie in; None for what we mount ourselves."""
        if volume.type != "directory":
            return None
        return await self._grants.of(volume.organization_id, volume.agent_id)

    async def why_not_ready(self, volume: Volume) -> str | None:
        """None when a backup may read the volume now, else the reason in one sentence.

        Looks at the volume, and mounts one that failed when it is told to remount itself. A
        volume that a person unmounted stays unmounted.
        """
        async with self._locked(volume.organization_id, volume.short_id) as row:
            if row.status == "unmounted":
                return row.last_error or "Volume is not mounted"
            if row.status == "mounted":
                await self._look(row)
            if row.status == "error" and row.auto_remount:
                await self._mount(row)
        return None if row.status == "mounted" else row.last_error or "Volume check failed"

    # The operations

    async def list_all(self, actor: Actor) -> Encoded[list[schemas.Volume]]:
        """Every volume of the organization, oldest first."""
        return Encoded.list_of(await _ALL.serialized(_SHOWN, actor.organization_id))

    async def get(self, actor: Actor, short_id: str) -> Encoded[schemas.VolumeWithSpace]:
        """One volume and the space of its file system. Raises NotFound."""
        volume = await self.find(actor.organization_id, short_id)
        path = None
        if volume.status == "mounted":
            with contextlib.suppress(encrypted_config.DamagedConfig):
                path = self.source_path(volume)
        shown = await _ONE.serialized(self._shown, actor.organization_id, short_id)
        return Encoded.with_encoded_fields(
            schemas.VolumeWithSpace,
            {"volume": shown[0] if shown else self._shown.encode(volume)},
            statfs=await browse.space_of(path),
        )

    async def create(self, actor: Actor, body: schemas.CreateVolume) -> schemas.VolumeDetails:
        """Keep a new volume and mount it; a mount that fails is told in the answer.

        Raises
            Invalid     the name is not one, or a mask was sent where nothing is stored.
            Conflict    the organization has a volume of that name.
        """
        config = encrypted_config.keep_masked(body.config, None)
        require_valid(config)
        await self._check_place(actor, config)
        volume = Volume(organization_id=actor.organization_id, name=checks.volume_name(body.name))
        self._put_config(volume, config)
        await checks.save(volume)
        self._publish("volume:created", volume)
        async with self._locked(actor.organization_id, volume.short_id) as row:
            await self._mount(row)
        return self._details(row)

    async def test_connection(
        self, actor: Actor, body: schemas.TestConnection
    ) -> schemas.ConnectionTested:
        """Try a config; a failure is an answer, not an error."""
        config = encrypted_config.keep_masked(body.config, None)
        await self._check_place(actor, config)
        try:
            await mounts.test(config, protected=self._protected)
        except ZerobyteError as error:
            return schemas.ConnectionTested(success=False, message=redact(error.message))
        return schemas.ConnectionTested(success=True, message="Connection successful")

    async def update(
        self, actor: Actor, short_id: str, body: schemas.UpdateVolume
    ) -> schemas.VolumeDetails:
        """Change what was given. Nothing is unmounted before everything is known to be right.

        Raises
            Invalid     the name is not one, or a secret must be entered again.
            Conflict    the name is taken, or the volume is in use and its config would change.
        """
        given = body.model_fields_set
        async with self._locked(actor.organization_id, short_id) as volume:
            former = volume.config
            if "name" in given:
                volume.name = checks.volume_name(body.name)
            if "auto_remount" in given:
                volume.auto_remount = body.auto_remount
            is_changed = "config" in given and self._take_config(volume, body.config)
            if is_changed:
                await self._check_place(actor, body.config)
            if is_changed:
                await checks.ask(self.before_unmount, volume)
            await checks.save(volume)
            if is_changed:
                await self._replace_mount(volume, former)
                self._publish("volume:updated", volume)
        return self._details(volume)

    async def delete(self, actor: Actor, short_id: str) -> None:
        """Forget a volume. Its files, and the snapshots made of them, stay.

        Raises
            Conflict    somebody needs it.
            Failed      it cannot be unmounted; then it is kept.
        """
        async with self._locked(actor.organization_id, short_id) as volume:
            await checks.ask(self.before_delete, volume)
            await self._unmount_known(volume)
            try:
                await volume.delete()
            except IntegrityError as error:
                if not constraints.breaks_reference(error):
                    raise
                raise Conflict("The volume is used by backup schedules") from None
        self._publish("volume:deleted", volume)

    async def mount(self, actor: Actor, short_id: str) -> schemas.VolumeState:
        """Make the volume readable."""
        async with self._locked(actor.organization_id, short_id) as volume:
            await self._mount(volume)
        if volume.status == "mounted":
            self._publish("volume:mounted", volume)
        return checks.state(volume)

    async def unmount(self, actor: Actor, short_id: str) -> schemas.VolumeState:
        """Put the volume out of use until somebody mounts it.

        Raises
            Conflict    somebody is reading it.
        """
        async with self._locked(actor.organization_id, short_id) as volume:
            await checks.ask(self.before_unmount, volume)
            try:
                await mounts.unmount(present.parsed(volume.config), self.source_path(volume))
            except ZerobyteError as error:
                await self._record(volume, "error", error.message)
            else:
                await self._record(volume, "unmounted", None)
                self._publish("volume:unmounted", volume)
        return checks.state(volume)

    async def health_check(self, actor: Actor, short_id: str) -> schemas.VolumeState:
        """Look whether the volume answers; one that a person unmounted stays unmounted."""
        async with self._locked(actor.organization_id, short_id) as volume:
            await self._look(volume)
        return checks.state(volume)

    async def files(
        self, actor: Actor, short_id: str, query: schemas.ListVolumeFilesQuery
    ) -> schemas.VolumeFilePage:
        """A page of a folder of a mounted volume.

        Raises
            Conflict        the volume is not mounted.
            Unavailable     its file system does not answer.
        """
        volume = await self.find(actor.organization_id, short_id)
        if volume.status != "mounted":
            raise Conflict("Volume is not mounted")
        return await browse.page(self.source_path(volume), query, protected=self._protected)

    async def _check_place(self, actor: Actor, config: VolumeConfig) -> None:
        """Refuse a config that names a path of the host which the actor may not name."""
        if isinstance(config, DirectoryConfig):
            await self._grants.check(actor, config.path)
        elif config.backend == "rclone":
            await self._grants.check_remotes(actor)

    async def _refuse_root(self, volume: Volume) -> None:
        """Compare a directory volume's real path with the roots granted by now."""
        roots = await self.allowed_roots(volume)
        if roots is None:
            return
        place = str(self.source_path(volume))
        if not await blocking.run_blocking_on_path(
            partial(protected_paths.is_allowed, place, roots), place=place
        ):
            raise mounts.MountFailed(
                "This folder is outside the folders that the organization may use on this host"
            )

    async def browse(self, actor: Actor, query: schemas.BrowseQuery) -> schemas.Directories:
        """The folders inside a folder of the host; our own data is left out.

        Only owners and admins may ask, and only within the roots granted to their organization.

        Raises
            Unavailable     the file system does not answer.
        """
        check_role(actor)
        roots = await self._grants.of(actor.organization_id)
        return await browse.directories(query, protected=self._protected, roots=roots)

    async def let_go(self, volume: Volume) -> None:
        """Unmount a volume whose row has gone with its organization. Raises what mounts raise."""
        await self._unmount_known(volume)

    async def _unmount_known(self, volume: Volume) -> None:
        """Unmount a volume; damaged settings name no mount, and must not keep the row."""
        try:
            config = present.parsed(volume.config)
        except encrypted_config.DamagedConfig:
            return
        await mounts.unmount(config, self.source_path(volume))

    async def find(self, organization_id: str, short_id: str) -> Volume:
        """The organization's volume of that short id.

        Raises NotFound.
        """
        volume = await _ONE.first(organization_id, short_id)
        if volume is None:
            raise NotFound("Volume not found")
        return volume

    # The jobs

    async def check_all(self) -> None:
        """Look at every volume that should be readable, and mount those that failed.

        A few at a time, so that one dead server does not delay the others for long.
        """
        await self._each(Volume.filter(status__in=["mounted", "error"]))

    async def remount_failed(self) -> None:
        """Mount every volume that failed and is told to remount itself."""
        await self._each(Volume.filter(status="error", auto_remount=True))

    async def _each(self, wanted: QuerySet[Volume]) -> None:
        places = asyncio.Semaphore(_AT_ONCE)

        async def check(volume: Volume) -> None:
            async with places:
                try:
                    await self.why_not_ready(volume)
                except ZerobyteError as error:
                    _log.warning("volume check failed", volume=volume.short_id, why=error.message)

        await asyncio.gather(*[check(volume) for volume in await wanted])

    # The steps; whoever calls them holds the volume's lock

    @asynccontextmanager
    async def _locked(self, organization_id: str, short_id: str) -> AsyncGenerator[Volume]:
        """The volume as it stands now, while nobody else changes its status or config."""
        volume = await self.find(organization_id, short_id)
        async with self._locks.setdefault(volume.id, asyncio.Lock()):
            yield await self.find(organization_id, short_id)

    def _take_config(self, volume: Volume, sent: VolumeConfig) -> bool:
        """Seal another config into the row; False when it is the one that is there."""
        try:
            former = self.plain_config(volume)
        except Unsealable:
            former = None  # its secrets are lost: every one must be entered again
        is_same_backend = former is not None and former.backend == sent.backend
        stored = former.model_dump(by_alias=True) if former and is_same_backend else None
        config = encrypted_config.keep_masked(sent, stored)
        if config == former:
            return False
        require_valid(config)
        self._put_config(volume, config)
        return True

    def _put_config(self, volume: Volume, config: VolumeConfig) -> None:
        volume.type = config.backend
        volume.config = encrypted_config.seal(
            self._sealer, config, table=_TABLE, row=volume.short_id
        )

    async def _replace_mount(self, volume: Volume, stored: dict[str, Any]) -> None:
        try:
            former = present.parsed(stored)
        except encrypted_config.DamagedConfig:
            await self._mount(volume)
            return
        place = mounts.path_of(former, volumes_dir=self._volumes_dir, short_id=volume.short_id)
        try:
            await mounts.unmount(former, place)
        except ZerobyteError as error:
            # Mounted over what is still there, backups would read the old share unnoticed.
            await self._record(volume, "error", error.message)
        else:
            await self._mount(volume)

    async def _mount(self, volume: Volume) -> None:
        try:
            config = self.plain_config(volume)
            await mounts.mount(config, self.source_path(volume), protected=self._protected)
            await self._refuse_root(volume)
        except ZerobyteError as error:
            await self._record(volume, "error", error.message)
        else:
            await self._record(volume, "mounted", None)

    async def _look(self, volume: Volume) -> None:
        if volume.status == "unmounted":
            await self._record(volume, "unmounted", volume.last_error)
            return
        try:
            config = present.parsed(volume.config)
            await mounts.health(config, self.source_path(volume), protected=self._protected)
            await self._refuse_root(volume)
        except ZerobyteError as error:
            await self._record(volume, "error", error.message)
        else:
            await self._record(volume, "mounted", None)

    async def _record(self, volume: Volume, status: VolumeStatus, error: str | None) -> None:
        """Store what was found; this is no edit, so `updated_at` stays."""
        was = volume.status
        found = {
            "status": status,
            "last_error": redact(error) if error else None,
            "last_health_check": clock.now_ms(),
        }
        volume.update_from_dict(found)
        await Volume.filter(id=volume.id).update(**found)
        if status != was:
            self._publish("volume:status_changed", volume, status=status)

    def _publish(self, event: str, volume: Volume, **more: str) -> None:
        payload = {"organizationId": volume.organization_id, "volumeName": volume.name, **more}
        self._bus.publish(volume.organization_id, event, payload)
