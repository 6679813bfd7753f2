"""Which folders of a host an organization may name, and who in it may name them."""

from collections.abc import Sequence
from typing import Final

from zerobyte.core import patience, protected_paths
from zerobyte.core.errors import Forbidden, NotFound
from zerobyte.features.auth.models import AllowedRoots, Organization
from zerobyte.features.auth.service.first_organization import is_first
from zerobyte.http.actor import Actor
from zerobyte.settings import Settings

_ROLE: Final = "Only owners and admins of the organization may name a folder of the host"
_ROOTS: Final = (
    "This folder is outside the folders that this organization may use on this host. "
    "Choose another one, or ask an instance admin to allow it."
)


class RootGrants:
    """Reads and changes the allowed roots of organizations."""

    def __init__(self, settings: Settings) -> None:
        self._first = list(settings.allowed_roots)

    async def of(self, organization_id: str, host: str = "local") -> list[str]:
        """List the roots of an organization on a host; none when nothing was granted.

        The first organization has those of ZEROBYTE_ALLOWED_ROOTS until others are stored.
        """
        row = await AllowedRoots.get_or_none(organization_id=organization_id, host=host)
        if row is not None:
            return list(row.roots)
        return list(self._first) if await is_first(organization_id) else []

    async def check(self, actor: Actor, *paths: str, host: str = "local") -> list[str]:
        """Refuse an actor who may not name these paths of a host; return the allowed roots.

        Raises
            Forbidden       a member asks, or a real path is outside the allowed roots.
            Unavailable     the folder does not answer.
        """
        check_role(actor)
        roots = await self.of(actor.organization_id, host)

        def look() -> bool:
            return all(protected_paths.is_allowed(path, roots) for path in paths)

        if not await patience.at_folder(look, place=" and ".join(paths[:3])):
            raise Forbidden(_ROOTS)
        return roots

    async def put(self, organization_id: str, host: str, roots: Sequence[str]) -> list[str]:
        """Store the roots of an organization on a host, in place of the former ones.

        Raises NotFound when there is no such organization.
        """
        if not await Organization.exists(id=organization_id):
            raise NotFound("Organization not found")
        plain = sorted({protected_paths.normal(root) for root in roots})
        await AllowedRoots.update_or_create(
            {"roots": plain}, organization_id=organization_id, host=host
        )
        return plain

    async def stored(self) -> list[AllowedRoots]:
        """Every stored grant, ordered by organization and host."""
        return await AllowedRoots.all().order_by("organization_id", "host").limit(10_000)


def check_role(actor: Actor) -> None:
    """Refuse members: they use the folders that owners and admins have named."""
    if actor.organization_role not in ("owner", "admin"):
        raise Forbidden(_ROLE)
