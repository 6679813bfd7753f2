"""Decrypt the configs of repositories for restic, and translate restic's errors for the API.

The secrets of repositories are decrypted in this module only.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from zerobyte.contract.repositories import RepositoryAccess, RepositoryConfig, RepositoryConfigBox
from zerobyte.core import protected_paths
from zerobyte.core.errors import Conflict, Unavailable
from zerobyte.core.secrets import Sealer
from zerobyte.db import encrypted_config
from zerobyte.features.auth.service import private_networks
from zerobyte.features.auth.service.allowed_roots import RootGrants
from zerobyte.features.repositories import models, present
from zerobyte.hosts.api import HostApi
from zerobyte.restic.errors import (
    BadCertificate,
    CredentialsRefused,
    RepositoryLocked,
    StorageUnreachable,
)
from zerobyte.settings import Settings

TABLE: Final = "repositories"
LIMIT_S: Final = 60.0
"""Time limit of restic within a request."""

PasswordOf = Callable[[str], Awaitable[str]]
"""The restic password of an organization, by its id."""


class ResticAccess:
    """Builds the data that restic needs from repository rows."""

    def __init__(
        self, *, settings: Settings, sealer: Sealer, password_of: PasswordOf, host_api: HostApi
    ) -> None:
        self._host_api = host_api
        self._sealer = sealer
        self._password_of = password_of
        self._private_networks = settings.storage_private_networks
        self._grants = RootGrants(settings)
        self._data = protected_paths.own_data(settings)
        self._repositories_folder = str(settings.repositories_dir.absolute())

    def seal(self, config: RepositoryConfig, *, short_id: str) -> dict[str, object]:
        """Return the encrypted JSON of a config for the row with this short id."""
        return encrypted_config.seal(self._sealer, config, table=TABLE, row=short_id)

    def plain(self, row: models.Repository) -> RepositoryConfig:
        """Return the stored config with its secrets in plain text."""
        kind = encrypted_config.kind_of(row.config, present.KINDS, row.type)
        return present.parsed(
            encrypted_config.unseal(self._sealer, row.config, kind, table=TABLE, row=row.short_id)
        )

    async def encrypt_clear_rows(self) -> int:
        """Encrypt secrets that older versions stored in plain text."""
        rows = await models.Repository.all()
        return await encrypted_config.seal_clear_rows(
            self._sealer, rows, RepositoryConfigBox, present.KINDS, key="short_id"
        )

    async def of(
        self, row: models.Repository, *, config: RepositoryConfig | None = None
    ) -> RepositoryAccess:
        """Return all data that restic needs to open a repository.

        config      used in place of the stored one.
        """
        plain = config or self.plain(row)
        # Only a repository created elsewhere has its own password; ours get the organization's
        # password, so that its recovery key opens them.
        own = plain.custom_password if plain.is_existing_repository else None
        return RepositoryAccess.model_validate(
            {
                "id": row.id,
                "short_id": row.short_id,
                "name": row.name,
                "config": plain,
                "password": own or await self._password_of(row.organization_id),
                "compression_mode": row.compression_mode,
                "allow_private_networks": await private_networks.is_allowed(
                    row.organization_id, self._private_networks
                ),
                "allowed_roots": await self._grants.of(row.organization_id),
                "protected_folders": self._data,
                "repositories_folder": self._repositories_folder,
            }
        )

    async def check_address(self, row: models.Repository, config: RepositoryConfig) -> None:
        """Check a changed config and the address behind it. Raises Invalid.

        A name without an address is accepted: it may get one, and is checked again before use.
        """
        with contextlib.suppress(StorageUnreachable):
            await self._host_api.check_storage_address(await self.of(row, config=config))


@asynccontextmanager
async def translate_restic_errors(limit_s: float | None = LIMIT_S) -> AsyncGenerator[None]:
    """Limit restic's time inside a request, and translate its errors for the API.

    limit_s     None if the caller limits the time.

    Raises
        Unavailable     the storage did not answer, or not in time; restic has ended by then.
        Conflict        another process holds the repository's lock.
        ResticError     any other error of restic.
    """
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as error:
        time = f"within {limit_s:g} seconds" if limit_s else "in time"
        raise Unavailable(f"The storage did not answer {time}.") from error
    except (BadCertificate, CredentialsRefused):
        raise
    except StorageUnreachable as error:
        raise Unavailable(error.message, details=error.details) from error
    except RepositoryLocked as error:
        raise Conflict(error.message) from error
