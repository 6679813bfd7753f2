"""Adds repositories: makes new ones, or opens those that exist, before a row is written."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.contract.repositories import (
    LocalConfig,
    RcloneRepositoryConfig,
    RepositoryConfig,
)
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core import clock, ids
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Conflict, Invalid
from zerobyte.db import constraints, encrypted_config
from zerobyte.features.auth.service.allowed_roots import RootGrants
from zerobyte.features.repositories import models, schemas
from zerobyte.features.repositories.service import locations, snapshot_index
from zerobyte.features.repositories.service.path_rules import PathRules
from zerobyte.features.repositories.service.places import local_places
from zerobyte.features.repositories.service.restic_access import (
    ResticAccess,
    translate_restic_errors,
)
from zerobyte.hosts.api import HostApi
from zerobyte.http.auth import Actor
from zerobyte.restic.errors import (
    BadCertificate,
    CredentialsRefused,
    PlaceUnwritable,
    RepositoryExists,
    RepositoryMissing,
    ResticError,
    WrongPassword,
)

EXISTS: Final = (
    "A repository already exists at this location. Add it as an existing one: set "
    "isExistingRepository to true and enter its password."
)
NAME_TAKEN: Final = "A repository with this name already exists"
_PLACE_IN_USE: Final = "A repository is being made at this location. Wait until that has ended"
_GRACE_S: Final = 5.0
TAKEN: Final = "Another repository of this organization is at this location already"


class RepositoryCreator:
    """Adds a repository to an organization."""

    def __init__(
        self,
        *,
        access: ResticAccess,
        host_api: HostApi,
        rules: PathRules,
        grants: RootGrants,
        limit_s: float,
    ) -> None:
        self._access = access
        self._host_api = host_api
        self._rules = rules
        self._grants = grants
        self._limit_s = limit_s
        self._in_use: set[tuple[str, str]] = set()

    async def create(self, actor: Actor, body: schemas.CreateRepository) -> models.Repository:
        """Make a repository at its place, or open the one that is there, and remember it.

        The row is written when restic has succeeded: a failure leaves none behind.
        A new local repository gets a folder of its own inside the path that was given.

        Raises
            Invalid         the place is ours, the password or the credentials are wrong, nothing
                            is there to open.
            Conflict        the name or the place is taken, or the repository is locked.
            Unavailable     the storage does not answer.
            ResticError     anything else that restic says.
        """
        short_id = ids.short_id()
        config = encrypted_config.keep_masked(body.config, None)
        require_valid(config)
        if isinstance(config, LocalConfig):
            config = await self._placed(actor, config, short_id)
        else:
            await self.refuse_place(actor, config)
        key = await locations.key_of(config, self._host_api)
        with (
            self._reserved((actor.organization_id, body.name), NAME_TAKEN),
            self.reserved_place(config, key),
        ):
            await self._refuse_taken(actor, body.name, config, key)
            row = models.Repository(
                short_id=short_id,
                organization_id=actor.organization_id,
                name=body.name,
                type=config.backend,
                config=self._access.seal(config, short_id=short_id),
                compression_mode=body.compression_mode,
                location_key=key,
            )
            records = await self._made_or_opened(row, config)
            await _insert(row, records)
        return row

    async def _placed(self, actor: Actor, config: LocalConfig, short_id: str) -> LocalConfig:
        path = config.path
        if not config.is_existing_repository:
            path = f"{path.rstrip('/')}/{short_id}"
        placed = config.model_copy(update={"path": path})
        # Before anything is read there: an answer must not tell what a forbidden folder holds.
        await self.refuse_place(actor, placed)
        if not config.is_existing_repository and await self._host_api.is_repository(config.path):
            raise Conflict(EXISTS)
        return placed

    async def refuse_place(self, actor: Actor, config: RepositoryConfig) -> None:
        """Refuse places of this host that the actor may not name or that are protected.

        Storage elsewhere is anyone's to name.

        Raises
            Invalid         it is a folder of the platform, of the system, of keys or of cron, or
                            lies in another organization's repository.
            Forbidden       the actor may not name this folder, or no remotes of rclone.conf.
            Unavailable     what stands there does not answer.
        """
        if isinstance(config, RcloneRepositoryConfig):
            await self._grants.check_remotes(actor)
        if not isinstance(config, LocalConfig):
            return
        path = config.path
        await self._grants.check(actor, path)
        others = await local_places(other_than=actor.organization_id)
        await self._host_api.check_repository_path(
            path,
            other_repositories=others,
            protected=self._rules.data,
            repositories_folder=self._rules.repositories_folder,
        )

    @contextmanager
    def _reserved(self, key: tuple[str, str], refusal: str) -> Generator[None]:
        """Let one request at a time work with a key; another one gets the refusal as Conflict."""
        if key in self._in_use:
            raise Conflict(refusal)
        self._in_use.add(key)
        try:
            yield
        finally:
            self._in_use.discard(key)

    @contextmanager
    def reserved_place(self, config: RepositoryConfig, key: str) -> Generator[None]:
        """Keep others off a local folder between the check that it is free and the row for it.

        No index can do that: of storage elsewhere every organization may have a row of its own.

        Raises Conflict.
        """
        if not isinstance(config, LocalConfig):
            yield
            return
        with self._reserved(("", key), _PLACE_IN_USE):
            yield

    async def _refuse_taken(
        self, actor: Actor, name: str, config: RepositoryConfig, key: str
    ) -> None:
        if await models.Repository.filter(organization_id=actor.organization_id, name=name).count():
            raise Conflict(NAME_TAKEN)
        await locations.refuse_taken(actor.organization_id, config, key)

    async def _made_or_opened(
        self, row: models.Repository, config: RepositoryConfig
    ) -> list[SnapshotRecord]:
        access = await self._access.of(row, config=config)
        try:
            # Restic's own limit keeps what it said until then: restic tries again for minutes.
            async with translate_restic_errors(self._limit_s + _GRACE_S):
                if config.is_existing_repository:
                    return await self._host_api.list_snapshots(access, timeout_s=self._limit_s)
                await self._host_api.init_repository(access, timeout_s=self._limit_s)
                return []
        except WrongPassword as error:
            raise Invalid.at(["config", "customPassword"], error.message) from error
        except RepositoryMissing as error:
            raise Invalid.at(["config"], "There is no repository at this location") from error
        except RepositoryExists as error:
            raise Conflict(EXISTS) from error
        except BadCertificate as error:
            raise Invalid.at(["config", "cacert"], error.message) from error
        except PlaceUnwritable as error:
            raise Invalid.at(["config", "path"], error.message) from error
        except CredentialsRefused as error:
            raise Invalid.at(["config"], error.message) from error
        except ResticError as error:
            raise ResticError(
                f"Failed to initialize repository: {error.message}",
                exit_code=error.exit_code,
                tail=error.tail,
            ) from error


async def _insert(row: models.Repository, records: list[SnapshotRecord]) -> None:
    row.status = "healthy"
    row.last_checked = row.snapshots_refreshed_at = clock.now_ms()
    try:
        async with in_transaction():
            await row.save(force_create=True)
            await snapshot_index.replace(row.id, records, began_ms=clock.now_ms())
    except IntegrityError as error:
        raise conflict_of(error) from error


def conflict_of(error: IntegrityError) -> Conflict:
    """Return the refusal for a row that breaks a unique index. Raises the error of any other."""
    if constraints.breaks_unique(error, "organization_id", "location_key"):
        return Conflict(TAKEN)
    if constraints.breaks_unique(error, "organization_id", "name"):
        return Conflict(NAME_TAKEN)
    raise error
