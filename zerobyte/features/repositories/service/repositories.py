"""Create, change, unlock and delete repositories."""

from collections.abc import Awaitable, Callable
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from zerobyte.contract.repositories import RepositoryConfig
from zerobyte.contract.restic_output import RepositoryStats
from zerobyte.core import clock
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, Invalid, NotFound
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import constraints, encrypted_config
from zerobyte.db.leases import Leases
from zerobyte.db.query_cache import CachedQuery, JsonCache
from zerobyte.features.auth.service.allowed_roots import RootGrants
from zerobyte.features.repositories import models, present, schemas
from zerobyte.features.repositories.schemas import checks
from zerobyte.features.repositories.service import locations, stats_history
from zerobyte.features.repositories.service.creation import RepositoryCreator, conflict_of
from zerobyte.features.repositories.service.path_rules import PathRules
from zerobyte.features.repositories.service.restic_access import (
    PasswordOf,
    ResticAccess,
    translate_restic_errors,
)
from zerobyte.features.tasks.models import ACTIVE, Task
from zerobyte.hosts.api import HostApi
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Encoded
from zerobyte.settings import Settings

RepositoryCheck = Callable[[models.Repository], Awaitable[None]]
"""Raises Conflict if the repository must not be deleted now."""
UNLOCK_WAIT_S: Final = 45.0
"""Time that an unlock request waits for an exclusive lease."""

UNCONFIRMED: Final = (
    "A running process may hold these locks; without its lock its data can be damaged. Make sure "
    "that no restic works on the repository, and send its name as confirm to remove them."
)
NOT_FOUND: Final = "Repository not found"


_LIST_CACHE: Final = JsonCache(present.repository, schemas.Repository)

_CONTENT_COLUMNS: Final = (
    *("last_checked", "last_error", "doctor_result"),
    *("stats", "stats_updated_at", "snapshots_refreshed_at"),
    *("last_pruned_at", "unpruned_since"),
)
"""Columns that describe the content of a repository, valid for one config only."""


@CachedQuery
def _list_query(organization_id: str) -> QuerySet[models.Repository]:
    return models.Repository.filter(organization_id=organization_id).order_by("id")


@CachedQuery
def _row_query(organization_id: str, short_id: str) -> QuerySet[models.Repository]:
    return models.Repository.filter(organization_id=organization_id, short_id=short_id)


class Repositories:
    """The repositories of organizations.

    on_moved    called after a config change, when cached data of the content became invalid.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        sealer: Sealer,
        password_of: PasswordOf,
        leases: Leases,
        host_api: HostApi,
        refuse_delete: RepositoryCheck,
    ) -> None:
        self._refuse_delete = refuse_delete
        self._leases = leases
        self.host_api = host_api
        self.restic_access = ResticAccess(
            settings=settings, sealer=sealer, password_of=password_of, host_api=host_api
        )
        self.on_moved: list[Callable[[models.Repository], None]] = []
        self._creator = RepositoryCreator(
            access=self.restic_access,
            host_api=host_api,
            rules=PathRules(settings),
            grants=RootGrants(settings),
            limit_s=settings.server_idle_timeout_s,
        )

    async def find(self, actor: Actor, short_id: str) -> models.Repository:
        """Return the row of a repository of the actor's organization. Raises NotFound."""
        row = await _row_query.first(actor.organization_id, short_id)
        if row is None:
            raise NotFound(NOT_FOUND)
        return row

    async def list_all(self, actor: Actor) -> Encoded[list[schemas.Repository]]:
        """List the repositories of the organization, oldest first."""
        return Encoded.list_of(await _list_query.serialized(_LIST_CACHE, actor.organization_id))

    async def get(self, actor: Actor, short_id: str) -> Encoded[schemas.Repository]:
        """Return one repository. Raises NotFound."""
        found = await _row_query.serialized(_LIST_CACHE, actor.organization_id, short_id)
        if not found:
            raise NotFound(NOT_FOUND)
        return Encoded(found[0])

    async def create(
        self, actor: Actor, body: schemas.CreateRepository
    ) -> schemas.RepositoryCreated:
        """Create or open a repository and store it; see `RepositoryCreator.create`."""
        row = await self._creator.create(actor, body)
        return schemas.RepositoryCreated(repository=present.repository(row))

    async def update(
        self, actor: Actor, short_id: str, body: schemas.UpdateRepository
    ) -> schemas.Repository:
        """Change the fields sent. Another config resets the status and empties the index.

        Raises
            NotFound    the organization has no such repository.
            Invalid     another backend, a protected folder, or a mask in key of a secret.
            Conflict    the name is taken, or a task is using the config.
        """
        row = await self.find(actor, short_id)
        config = await self._changed_config(actor, row, body.config)
        if config is None:
            await self._save(row, body, None, None)
        else:
            key = await locations.key_of(config, self.host_api)
            with self._creator.reserved_location(config, key):
                await self._save(row, body, config, await self._changed_location_key(row, config))
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
        # Write these columns only: a check, a refresh or an accept may be writing others.
        columns: list[str] = []
        try:
            async with in_transaction():
                if body.name:
                    row.name = body.name
                    columns += ["name"]
                if body.compression_mode is not None:
                    row.compression_mode = body.compression_mode
                    columns += ["compression_mode"]
                if config is not None:
                    await _refuse_while_active(row, "its settings cannot change now")
                    row.config = self.restic_access.seal(config, short_id=row.short_id)
                    row.location_key = key
                    columns += ["config", "location_key", *await _reset_content(row)]
                await row.save(update_fields=columns)
        except IntegrityError as error:
            raise conflict_of(error) from error

    async def _changed_config(
        self, actor: Actor, row: models.Repository, sent: RepositoryConfig | None
    ) -> RepositoryConfig | None:
        """Return the config to store, in plain text; None if it equals the stored one."""
        if sent is None:
            return None
        if sent.backend != row.type:
            raise Invalid.at(["config", "backend"], "Repository backend cannot be changed")
        try:
            stored = self.restic_access.plain(row)
        except Unsealable:
            stored = None  # damaged, or secrets cannot be decrypted: all must be entered again
        known = None if stored is None else stored.model_dump(by_alias=True, exclude_none=True)
        config = encrypted_config.keep_masked(sent, known)
        if config == stored:
            return None
        require_valid(config)
        await self._creator.check_location(actor, config)
        return config

    async def _changed_location_key(
        self, row: models.Repository, config: RepositoryConfig
    ) -> str | None:
        """Return the location key of a changed config.

        A duplicate stored by an earlier version may change every field except its location. Raises
        Conflict, Invalid, Unavailable.
        """
        key = await locations.key_of(config, self.host_api)
        if key != await locations.key_of(self.restic_access.plain(row), self.host_api):
            await locations.refuse_taken(row.organization_id, config, key, except_id=row.id)
            await self.restic_access.check_address(row, config)
            return key
        return row.location_key

    async def delete(self, actor: Actor, short_id: str) -> None:
        """Delete the row of an unused repository; its files stay.

        Raises
            NotFound    the organization has no such repository.
            Conflict    a schedule or a task uses it.
        """
        row = await self.find(actor, short_id)
        try:
            async with in_transaction():
                await self._refuse_delete(row)
                await _refuse_while_active(row, "it cannot be deleted now")
                await row.delete()
        except IntegrityError as error:
            if not constraints.breaks_reference(error):
                raise
            raise Conflict("The repository is still in use") from error
        await self.release_caches(row)

    async def release_caches(self, row: models.Repository) -> None:
        """Delete the caches of a deleted row; the repository's files stay."""
        self._publish_moved(row)
        await self.host_api.remove_cache(row.id)

    async def stats(self, actor: Actor, short_id: str) -> RepositoryStats:
        """Return the size as last read, without running restic. Raises NotFound."""
        return present.stats(await self.find(actor, short_id))

    async def refresh_stats(self, actor: Actor, short_id: str) -> RepositoryStats:
        """Read and store the size of a repository.

        Raises NotFound, Unavailable, Conflict, ResticError.
        """
        row = await self.find(actor, short_id)
        access = await self.restic_access.of(row)
        async with translate_restic_errors():
            found = await self.host_api.read_stats(access)
        await self.put_stats(row.id, found)
        return found

    async def put_stats(self, repository_id: str, found: RepositoryStats) -> None:
        """Store a size and add it to the history, unless the repository was deleted."""
        now = clock.now_ms()
        async with in_transaction():
            changed = await models.Repository.filter(id=repository_id).update(
                stats=found.model_dump(mode="json"), stats_updated_at=now
            )
            if changed:
                await stats_history.record(repository_id, found, now_ms=now)

    async def stats_history(
        self, actor: Actor, short_id: str, *, days: int
    ) -> list[checks.StatsPoint]:
        """Return the sizes of the last days, oldest first. Raises NotFound."""
        row = await self.find(actor, short_id)
        return await stats_history.points_since(row.id, days=days)

    async def unlock(self, actor: Actor, short_id: str, body: schemas.Unlock) -> schemas.Unlocked:
        """Remove restic's locks while holding an exclusive lease; see `schemas.Unlock`.

        Raises NotFound, Unavailable, ResticError
            Invalid     locks that may be in use were selected, and `confirm` is not the name.
            Conflict    other tasks did not end within the wait.
        """
        row = await self.find(actor, short_id)
        if body.locks != "dead" and body.confirm != row.name:
            raise Invalid.at(["confirm"], UNCONFIRMED)
        access = await self.restic_access.of(row)
        async with (
            self._leases.hold(row.id, mode="exclusive", operation="unlock", wait_s=UNLOCK_WAIT_S),
            translate_restic_errors(),
        ):
            done = await self.host_api.unlock_repository(access, which=body.locks)
        return present.unlocked(done)

    async def leases(self, actor: Actor, short_id: str) -> list[schemas.LeaseView]:
        """List held and waiting leases of a repository in queue order. Raises NotFound."""
        row = await self.find(actor, short_id)
        return [present.lease(lease) for lease in await self._leases.list_for(row.id)]

    async def remotes(self) -> list[schemas.RcloneRemote]:
        """List the remotes in rclone's configuration; empty without rclone."""
        remotes = await self.host_api.list_rclone_remotes()
        return [schemas.RcloneRemote(name=name, type=type_) for name, type_ in remotes]

    def _publish_moved(self, row: models.Repository) -> None:
        for listener in self.on_moved:
            listener(row)


async def _refuse_while_active(row: models.Repository, consequence: str) -> None:
    busy = await Task.filter(
        repository_id=row.id, organization_id=row.organization_id, status__in=ACTIVE
    ).count()
    if busy:
        raise Conflict(
            f"The repository is being worked on: {consequence}. Wait for its tasks, or cancel"
        )


async def _reset_content(row: models.Repository) -> list[str]:
    """Delete the index and reset the content's columns: another location has other content.

    Returns the names of the columns that the caller must save.
    """
    for content in (models.Snapshot, models.StatsPoint, models.RepositoryCheck):
        await content.filter(repository_id=row.id).delete()
    row.status = "unknown"
    row.update_from_dict(dict.fromkeys(_CONTENT_COLUMNS))
    return ["status", *_CONTENT_COLUMNS]
