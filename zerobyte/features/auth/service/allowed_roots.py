"""Allowed root folders of an organization per host, and the roles that may name paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tortoise.exceptions import IntegrityError

from zerobyte.core import protected_paths
from zerobyte.core.errors import Forbidden, NotFound
from zerobyte.db import constraints
from zerobyte.features.auth.models import AllowedRoots, Organization
from zerobyte.features.auth.service.first_organization import first_organization, is_first
from zerobyte.hosts.api import HostApi
from zerobyte.http.auth import Actor
from zerobyte.settings import Settings

_ROLE: Final = "Only owners and admins of the organization may name a folder of the host"
_ROOTS: Final = (
    "This folder is outside the folders that this organization may use on this host. "
    "Choose another one, or ask an instance admin to allow it."
)
_NO_ORGANIZATION: Final = "Organization not found"
_GRANTS_AT_MOST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The stored roots of one organization on one host."""

    organization_id: str
    organization_name: str
    host: str
    roots: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstOrganization:
    """The first organization and its roots on hosts without a stored grant."""

    id: str
    name: str
    roots: list[str]


class RootGrants:
    """Reads and changes the allowed roots of organizations."""

    def __init__(self, settings: Settings) -> None:
        self._first = list(settings.allowed_roots)

    async def of(self, organization_id: str, host: str = "local") -> list[str]:
        """List the roots of an organization on a host; empty if none were granted.

        The first organization gets ZEROBYTE_ALLOWED_ROOTS unless other roots are stored.
        """
        row = await AllowedRoots.get_or_none(organization_id=organization_id, host=host)
        if row is not None:
            return list(row.roots)
        return list(self._first) if await is_first(organization_id) else []

    async def first(self) -> FirstOrganization | None:
        """Return the first organization with its default roots; None if it no longer exists."""
        row = await first_organization()
        if row is None:
            return None
        return FirstOrganization(id=row.id, name=row.name, roots=list(self._first))

    async def check(
        self, actor: Actor, *paths: str, host_api: HostApi, host: str = "local"
    ) -> list[str]:
        """Reject an actor who may not name these paths of a host; return the allowed roots.

        Raises
            Forbidden       the actor is a member, or a real path is outside the allowed roots.
            Unavailable     the file system of the folder does not respond.
        """
        check_role(actor)
        roots = await self.of(actor.organization_id, host)
        if not await host_api.is_within_roots(paths, roots):
            raise Forbidden(_ROOTS)
        return roots

    async def check_remotes(self, actor: Actor, host: str = "local") -> None:
        """Reject an actor who may not use the remotes of rclone.conf of a host.

        Raises
            Forbidden   the actor is a member, or the organization may not use the whole host.
        """
        check_role(actor)
        protected_paths.require_whole_host(await self.of(actor.organization_id, host))

    async def put(self, organization_id: str, host: str, roots: Sequence[str]) -> Grant:
        """Replace the roots of an organization on a host.

        Raises NotFound if the organization does not exist.
        """
        organization = await Organization.get_or_none(id=organization_id).only("id", "name")
        if organization is None:
            raise NotFound(_NO_ORGANIZATION)
        plain = sorted({protected_paths.normal(root) for root in roots})
        try:
            await AllowedRoots.update_or_create(
                {"roots": plain}, organization_id=organization_id, host=host
            )
        except IntegrityError as error:
            # The organization was deleted after the query above.
            if not constraints.breaks_reference(error):
                raise
            raise NotFound(_NO_ORGANIZATION) from error
        return Grant(
            organization_id=organization.id,
            organization_name=organization.name,
            host=host,
            roots=plain,
        )

    async def stored(self) -> list[Grant]:
        """List every stored grant, ordered by organization and host."""
        rows = AllowedRoots.all().order_by("organization_id", "host").limit(_GRANTS_AT_MOST)
        return [
            Grant(
                organization_id=row.organization_id,
                organization_name=row.organization.name,
                host=row.host,
                roots=list(row.roots),
            )
            for row in await rows.select_related("organization")
        ]


def check_role(actor: Actor, refusal: str = _ROLE) -> None:
    """Reject members: they may only use folders that owners and admins have named."""
    if actor.organization_role not in ("owner", "admin"):
        raise Forbidden(refusal)
