"""The rules of repositories: who sees them, what changes them, and when they may go."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.contract.repositories import RepositoryAccess, RepositoryConfig
from zerobyte.contract.restic_output import RepositoryStats
from zerobyte.core import clock
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, Invalid, NotFound
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import constraints, encrypted_config
from zerobyte.db.leases import Leases
from zerobyte.db.query_cache import CachedQuery, JsonCache, param
from zerobyte.features.auth.service.allowed_roots import RootGrants
from zerobyte.features.repositories import models, present, schemas
from zerobyte.features.repositories.service import locations
from zerobyte.features.repositories.service.creation import RepositoryCreator, conflict_of
from zerobyte.features.repositories.service.guard import Guard
from zerobyte.features.repositories.service.rclone_remotes import rclone_remotes
from zerobyte.features.repositories.service.restic_access import (
    PasswordOf,
    ResticAccess,
    translate_restic_errors,
)
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded
from zerobyte.restic import stats, unlock
from zerobyte.settings import Settings

Listener = Callable[[models.Repository], Awaitable[None]]
UNLOCK_WAIT_S: Final = 45.0
"""How long a request waits for its turn at a repository."""

UNCONFIRMED: Final = (
    "A running process may hold these locks; without its lock its data can be damaged. Make sure "
    "that no restic works on the repository, and send its name as confirm to remove them."
)
NOT_FOUND: Final = "Repository not found"

_ALL: Final = CachedQuery(lambda: models.Repository.filter(organization_id=param(0)).order_by("id"))
_ONE: Final = CachedQuery(
    lambda: models.Repository.filter(organization_id=param(0), short_id=param(1))
)
_SHOWN: Final = JsonCache(present.repository, schemas.Repository)

_LEARNED: Final = (
    *("last_checked", "last_error", "doctor_result"),
    *("stats", "stats_updated_at", "snapshots_refreshed_at"),
)
"""Columns that tell what was found at a repository's place."""


class Repositories:
    """The repositories of organizations.

    before_delete   called before a repository goes; raises Conflict to keep it.
    on_moved        called after what was known of its content no longer holds.
    """

    def __init__(
        self, *, settings: Settings, sealer: Sealer, password_of: PasswordOf, leases: Leases
    ) -> None:
        self._leases = leases
        self.restic_access = ResticAccess(settings=settings, sealer=sealer, password_of=password_of)
        self.before_delete: list[Listener] = []
        self.on_moved: list[Callable[[models.Repository], None]] = []
        self._rclone_config_dir = settings.rclone_config_dir
        self._creation = RepositoryCreator(
            access=self.restic_access,
            guard=Guard(settings),
            grants=RootGrants(settings),
            limit_s=settings.server_idle_timeout_s,
        )

    async def find(self, actor: Actor, short_id: str) -> models.Repository:
        """The row of a repository of the actor's organization. Raises NotFound."""
        row = await _ONE.first(actor.organization_id, short_id)
        if row is None:
            raise NotFound(NOT_FOUND)
        return row

    async def access(self, row: models.Repository) -> RepositoryAccess:
        """Everything that a job needs to open a repository, secrets in plain text."""
        return await self.restic_access.of(row)

    async def list_all(self, actor: Actor) -> Encoded[list[schemas.Repository]]:
        """Every repository of the organization, oldest first."""
        return Encoded.list_of(await _ALL.serialized(_SHOWN, actor.organization_id))

    async def get(self, actor: Actor, short_id: str) -> Encoded[schemas.Repository]:
        """One repository. Raises NotFound."""
        found = await _ONE.serialized(_SHOWN, actor.organization_id, short_id)
        if not found:
            raise NotFound(NOT_FOUND)
        return Encoded(found[0])

    async def create(
        self, actor: Actor, body: schemas.CreateRepository
    ) -> schemas.RepositoryCreated:
        """Make or open a repository and remember it; see `RepositoryCreator.create`."""
        row = await self._creation.create(actor, body)
        return schemas.RepositoryCreated(repository=present.repository(row))

    async def update(
        self, actor: Actor, short_id: str, body: schemas.UpdateRepository
    ) -> schemas.Repository:
        """Change what is given. Another config makes the status unknown and empties the index.

        Raises
            NotFound    no such repository here.
            Invalid     another backend, a folder of ours, or a mask where a secret is needed.
            Conflict    the name is taken, or a task works with the config that would change.
        """
        row = await self.find(actor, short_id)
        config = await self._changed(actor, row, body.config)
        if config is None:
            await self._save(row, body, None, None)
        else:
            place = await locations.key_of(config)
            with self._creation.reserved_place(config, place):
                await self._save(row, body, config, await self._new_key(row, config))
        if config is not None:
            self._publish_moved(row)
        return present.repository(row)

    async def _save(
        self,
        row: models.Repository,
        body: schemas.UpdateRepository,
        config: RepositoryConfig | None,
        key: str | None,
    ) -> None:
        # Nothing else is written: a check, a refresh or an acceptance may be writing its own.
        written: list[str] = []
        try:
            async with in_transaction():
                if body.name:
                    row.name = body.name
                    written += ["name"]
                if body.compression_mode is not None:
                    row.compression_mode = body.compression_mode
                    written += ["compression_mode"]
                if config is not None:
                    await _refuse_while_active(row, "its settings cannot change now")
                    row.config = self.restic_access.seal(config, short_id=row.short_id)
                    row.location_key = key
                    written += ["config", "location_key", *await _forget_content(row)]
                await row.save(update_fields=written)
        except IntegrityError as error:
            raise conflict_of(error) from error

    async def _changed(
        self, actor: Actor, row: models.Repository, sent: RepositoryConfig | None
    ) -> RepositoryConfig | None:
        """The config to store, in plain text; None when it says what is stored already."""
        if sent is None:
            return None
        if sent.backend != row.type:
            raise Invalid.at(["config", "backend"], "Repository backend cannot be changed")
        try:
            stored = self.restic_access.plain(row)
        except Unsealable:
            stored = None  # damaged, or its secrets are lost: every one must be entered again
        known = None if stored is None else stored.model_dump(by_alias=True, exclude_none=True)
        config = encrypted_config.keep_masked(sent, known)
        if config == stored:
            return None
        require_valid(config)
        await self._creation.refuse_place(actor, config)
        return config

    async def _new_key(self, row: models.Repository, config: RepositoryConfig) -> str | None:
        """The key of a changed config; a duplicate of before may change anything but its place.

        Raises Conflict, Invalid, Unavailable.
        """
        key = await locations.key_of(config)
        if key != await locations.key_of(self.restic_access.plain(row)):
            await locations.refuse_taken(row.organization_id, config, key, except_id=row.id)
            await self.restic_access.check_address(row, config)
            return key
        return row.location_key

    async def delete(self, actor: Actor, short_id: str) -> None:
        """Forget a repository that nothing uses; its files stay where they are.

        Raises
            NotFound    no such repository here.
            Conflict    a schedule uses it, or a task works on it.
        """
        row = await self.find(actor, short_id)
        try:
            async with in_transaction():
                for listener in self.before_delete:
                    await listener(row)
                await _refuse_while_active(row, "it cannot be deleted now")
                await row.delete()
        except IntegrityError as error:
            if not constraints.breaks_reference(error):
                raise
            raise Conflict("The repository is still in use") from error
        await self.release_caches(row)

    async def release_caches(self, row: models.Repository) -> None:
        """Drop what is kept beside a row that is gone; its files stay where they are."""
        self._publish_moved(row)
        cache = self.restic_access.tools.cache_dir / row.id
        await asyncio.to_thread(shutil.rmtree, cache, ignore_errors=True)

    async def stats(self, actor: Actor, short_id: str) -> RepositoryStats:
        """The size as it was last read; never asks restic. Raises NotFound."""
        return present.stats(await self.find(actor, short_id))

    async def refresh_stats(self, actor: Actor, short_id: str) -> RepositoryStats:
        """Read the size now and remember it.

        Raises NotFound, Unavailable, Conflict, ResticError.
        """
        row = await self.find(actor, short_id)
        repository = await self.restic_access.open(row)
        async with translate_restic_errors():
            found = await stats.run(repository)
        await self.put_stats(row.id, found)
        return found

    async def put_stats(self, repository_id: str, found: RepositoryStats) -> None:
        """Remember a size that somebody read."""
        await models.Repository.filter(id=repository_id).update(
            stats=found.model_dump(mode="json"), stats_updated_at=clock.now_ms()
        )

    async def unlock(self, actor: Actor, short_id: str, body: schemas.Unlock) -> schemas.Unlocked:
        """Remove restic's locks, alone at the repository; see `schemas.Unlock`.

        Raises NotFound, Unavailable, ResticError
            Invalid     locks that may be held are to go, and the name does not confirm it.
            Conflict    others work on the repository and have not ended in time.
        """
        row = await self.find(actor, short_id)
        if body.locks != "dead" and body.confirm != row.name:
            raise Invalid.at(["confirm"], UNCONFIRMED)
        repository = await self.restic_access.open(row)
        async with (
            self._leases.hold(row.id, mode="exclusive", operation="unlock", wait_s=UNLOCK_WAIT_S),
            translate_restic_errors(),
        ):
            done = await unlock.run(repository, which=body.locks)
        return present.unlocked(done)

    async def leases(self, actor: Actor, short_id: str) -> list[schemas.LeaseView]:
        """Who works on a repository and who waits for it, first come first. Raises NotFound."""
        row = await self.find(actor, short_id)
        return [present.lease(lease) for lease in await self._leases.list_for(row.id)]

    async def remotes(self) -> list[schemas.RcloneRemote]:
        """The remotes of rclone's configuration; none when there is no rclone."""
        return await rclone_remotes(self._rclone_config_dir)

    def _publish_moved(self, row: models.Repository) -> None:
        for listener in self.on_moved:
            listener(row)


async def _refuse_while_active(row: models.Repository, so: str) -> None:
    busy = await Task.filter(
        repository_id=row.id, organization_id=row.organization_id, status__in=ACTIVE
    ).count()
    if busy:
        raise Conflict(f"The repository is being worked on: {so}. Wait for its tasks, or cancel")


async def _forget_content(row: models.Repository) -> list[str]:
    """What was learned with the former config may not hold for the place of the new one.

    Answers the names of the columns that are still to be written.
    """
    await models.Snapshot.filter(repository_id=row.id).delete()
    row.status = "unknown"
    row.update_from_dict(dict.fromkeys(_LEARNED))
    return ["status", *_LEARNED]
