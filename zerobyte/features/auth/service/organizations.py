"""Organizations and who belongs to them.

Owns the default organization of a new person, and the sealed password that opens its
repositories.
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
    """Makes organizations and opens their repository password."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def repository_password(self, organization_id: str) -> str:
        """The password in plain text that opens an organization's repositories.

        Raises NotFound, Unsealable.
        """
        row = await Organization.get_or_none(id=organization_id)
        if row is None:
            raise NotFound("Organization Restic password not found")
        return self._sealer.unseal(row.repository_password, aad=password_aad(row.id))

    async def home_of(self, user: User) -> str:
        """The id of the organization that a person starts in: the first they belong to.

        Somebody who belongs to none gets one of their own.
        """
        member = await self.first_place(user.id)
        if member is not None:
            return member.organization_id
        async with in_transaction():
            # Two first sign-ins at once must not make two organizations.
            await User.filter(id=user.id).select_for_update().get()
            member = await self.first_place(user.id)
            if member is not None:
                return member.organization_id
            return await self._make_default(user)

    async def first_place(self, user_id: str) -> Member | None:
        """A person's first place in an organization."""
        return await Member.filter(user_id=user_id).order_by("created_at", "id").first()

    async def _make_default(self, user: User) -> str:
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
    """Return the place that an encrypted repository password is bound to."""
    return f"organizations:{organization_id}:repository_password"


async def _free_slug(email: str) -> str:
    local = re.sub(r"[^a-z0-9]+", "-", email.partition("@")[0].lower()).strip("-")
    beginning = local[:_SLUG_LENGTH] or "org"
    for _ in range(_TRIES):
        slug = f"{beginning}-{ids.token(4).lower()}"
        if not await Organization.exists(slug=slug):
            return slug
    return f"{beginning}-{ids.token(16).lower()}"
