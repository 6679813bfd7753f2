"""Add repositories: create new ones or open existing ones before a row is written."""

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
from zerobyte.features.repositories.service.host_paths import local_repository_paths
from zerobyte.features.repositories.service.path_rules import PathRules
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
_LOCATION_IN_USE: Final = "Another request is creating a repository at this location. Wait for it"
_GRACE_S: Final = 5.0
TAKEN: Final = "Another repository of this organization is at this location already"


class RepositoryCreator:
    """Adds repositories to organizations."""

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
        self._reserved_keys: set[tuple[str, str]] = set()

    async def create(self, actor: Actor, body: schemas.CreateRepository) -> models.Repository:
        """Create a repository or open an existing one, and store its row.

        The row is written only after restic succeeded. A new local repository gets its own folder
        inside the path that was sent.

        Raises
            Invalid         the path is protected, password or credentials are wrong, or there is no
                            repository to open.
            Conflict        the name or the location is taken, or the repository is locked.
            Unavailable     the storage does not answer.
            ResticError     any other error of restic.
        """
        short_id = ids.short_id()
        config = encrypted_config.keep_masked(body.config, None)
        require_valid(config)
        if isinstance(config, LocalConfig):
            config = await self._prepare_local_config(actor, config, short_id)
        else:
            await self.check_location(actor, config)
        key = await locations.key_of(config, self._host_api)
        with (
            self._reserve((actor.organization_id, body.name), NAME_TAKEN),
            self.reserved_location(config, key),
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
            records = await self._create_or_open(row, config)
            await _insert(row, records)
        return row

    async def _prepare_local_config(
        self, actor: Actor, config: LocalConfig, short_id: str
    ) -> LocalConfig:
        path = config.path
        if not config.is_existing_repository:
            path = f"{path.rstrip('/')}/{short_id}"
        prepared = config.model_copy(update={"path": path})
        # Check first: the response must not reveal whether a forbidden folder has a repository.
        await self.check_location(actor, prepared)
        if not config.is_existing_repository and await self._host_api.is_repository(config.path):
            raise Conflict(EXISTS)
        return prepared

    async def check_location(self, actor: Actor, config: RepositoryConfig) -> None:
        """Refuse paths of this host that are protected or that the actor may not use.

        Remote storage is not restricted here.

        Raises
            Invalid         the folder is protected (data of the platform, system, keys, cron), or
                            lies in another organization's repository.
            Forbidden       the actor may not use this folder, or no remotes of rclone.conf.
            Unavailable     the folder does not answer.
        """
        if isinstance(config, RcloneRepositoryConfig):
            await self._grants.check_remotes(actor)
        if not isinstance(config, LocalConfig):
            return
        path = config.path
        await self._grants.check(actor, path, host_api=self._host_api)
        others = await local_repository_paths(other_than=actor.organization_id)
        await self._host_api.check_repository_path(
            path,
            other_repositories=others,
            protected=self._rules.data,
            repositories_folder=self._rules.repositories_folder,
        )

    @contextmanager
    def _reserve(self, key: tuple[str, str], refusal: str) -> Generator[None]:
        """Hold a key for one request; raise Conflict with `refusal` for any other."""
        if key in self._reserved_keys:
            raise Conflict(refusal)
        self._reserved_keys.add(key)
        try:
            yield
        finally:
            self._reserved_keys.discard(key)

    @contextmanager
    def reserved_location(self, config: RepositoryConfig, key: str) -> Generator[None]:
        """Reserve a local folder between the check that it is free and the insert of its row.

        An index cannot do this: several organizations may have a row for the same remote storage.

        Raises Conflict.
        """
        if not isinstance(config, LocalConfig):
            yield
            return
        with self._reserve(("", key), _LOCATION_IN_USE):
            yield

    async def _refuse_taken(
        self, actor: Actor, name: str, config: RepositoryConfig, key: str
    ) -> None:
        if await models.Repository.filter(organization_id=actor.organization_id, name=name).count():
            raise Conflict(NAME_TAKEN)
        await locations.refuse_taken(actor.organization_id, config, key)

    async def _create_or_open(
        self, row: models.Repository, config: RepositoryConfig
    ) -> list[SnapshotRecord]:
        access = await self._access.of(row, config=config)
        try:
            # Stop restic before our own limit, to report its last error: it retries for minutes.
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
    """Return the Conflict for a violated unique index. Re-raises any other error."""
    if constraints.breaks_unique(error, "organization_id", "location_key"):
        return Conflict(TAKEN)
    if constraints.breaks_unique(error, "organization_id", "name"):
        return Conflict(NAME_TAKEN)
    raise error
