"""Default organizations of new users, and repository passwords of organizations.

A repository password is stored encrypted, bound to its row.
"""

import re
from typing import Final

from tortoise.transactions import in_transaction

from zerobyte.core import ids
from zerobyte.core.errors import NotFound
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import Member, Organization, User

_SLUG_LENGTH: Final = 48
_TRIES: Final = 8


class Organizations:
    """Creates default organizations and decrypts repository passwords."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def repository_password(self, organization_id: str) -> str:
        """Return the decrypted repository password of an organization.

        Raises NotFound, Unsealable.
        """
        row = await Organization.get_or_none(id=organization_id)
        if row is None:
            raise NotFound("Organization Restic password not found")
        return self._sealer.unseal(row.repository_password, aad=password_aad(row.id))

    async def default_organization_id(self, user: User) -> str:
        """Return the id of the user's first organization; create one if there is none."""
        member = await self.first_membership(user.id)
        if member is not None:
            return member.organization_id
        async with in_transaction():
            # Lock the user, so that two first sign-ins at once create one organization.
            await User.filter(id=user.id).select_for_update().get()
            member = await self.first_membership(user.id)
            if member is not None:
                return member.organization_id
            return await self._create_default(user)

    async def first_membership(self, user_id: str) -> Member | None:
        """Return the user's oldest membership; None if there is none."""
        return await Member.filter(user_id=user_id).order_by("created_at", "id").first()

    async def _create_default(self, user: User) -> str:
        organization_id = ids.uuid7()
        await Organization.create(
            id=organization_id,
            name=f"{user.name}'s Workspace",
            slug=await _free_slug(user.email),
            repository_password=self._sealer.seal(
                ids.hex_secret(32), aad=password_aad(organization_id)
            ),
        )
        await Member.create(organization_id=organization_id, user_id=user.id, role="owner")
        return organization_id


def password_aad(organization_id: str) -> str:
    """Return the associated data that binds an encrypted repository password to its row."""
    return f"organizations:{organization_id}:repository_password"


async def _free_slug(email: str) -> str:
    local = re.sub(r"[^a-z0-9]+", "-", email.partition("@")[0].lower()).strip("-")
    beginning = local[:_SLUG_LENGTH] or "org"
    for _ in range(_TRIES):
        slug = f"{beginning}-{ids.token(4).lower()}"
        if not await Organization.exists(slug=slug):
            return slug
    return f"{beginning}-{ids.token(16).lower()}"
