"""What members do with their organizations: look at them, choose one, change and delete it.

Nobody writes metadata, and the repository password is not touched here at all.
"""

from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.core.errors import Conflict, Forbidden, Invalid
from zerobyte.db import constraints
from zerobyte.features.auth.models import Member, Organization, Session
from zerobyte.features.auth.schemas import organizations as schemas
from zerobyte.features.auth.service.deletion import Deletions
from zerobyte.features.auth.service.members import ADMINS, own_place, place_of
from zerobyte.features.auth.service.sign_in import Accounts
from zerobyte.features.auth.service.sso.providers import SsoProviders
from zerobyte.http.auth import Person

_EVERYTHING: Final = {
    "organization": {"update", "delete"},
    "member": {"create", "update", "delete"},
    "invitation": {"create", "cancel"},
    "team": {"create", "update", "delete"},
    "ac": {"create", "read", "update", "delete"},
}
_MAY: Final = {
    "owner": _EVERYTHING,
    "admin": {**_EVERYTHING, "organization": {"update"}},
    "member": {"ac": {"read"}},
}
_NOT_A_MEMBER: Final = "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION"
_TAKEN: Final = "ORGANIZATION_SLUG_ALREADY_TAKEN"


class OrganizationEditor:
    """Reads, chooses, changes and deletes organizations."""

    def __init__(self, accounts: Accounts, deletions: Deletions, providers: SsoProviders) -> None:
        self._accounts = accounts
        self._deletions = deletions
        self._providers = providers

    async def list_all(self, person: Person) -> list[Organization]:
        """The organizations that the person belongs to, oldest membership first."""
        places = Member.filter(user_id=person.user_id).select_related("organization")
        return [place.organization for place in await places.order_by("created_at", "id")]

    async def find(
        self, person: Person, query: schemas.FullQuery
    ) -> tuple[Organization, Member] | None:
        """An organization and the person's place in it; None when none is named or active.

        Raises Forbidden, Invalid.
        """
        if query.organization_slug is not None:
            return await self._named(person, await _by_slug(query.organization_slug))
        wanted = query.organization_id or person.organization_id
        if wanted is None:
            return None
        return await self._named(person, await Organization.get_or_none(id=wanted))

    async def set_active(self, person: Person, body: schemas.SetActive) -> Organization | None:
        """Work in another organization, or in none; a refusal leaves the active one as it is.

        Raises Forbidden, Invalid.
        """
        organization = None
        if body.organization_slug is not None:
            organization, _ = await self._named(person, await _by_slug(body.organization_slug))
        elif body.organization_id is not None:
            found = await Organization.get_or_none(id=body.organization_id)
            organization, _ = await self._named(person, found)
        elif "organization_id" not in body.model_fields_set:
            raise Invalid.at(["organizationId"], "organizationId or organizationSlug is required")
        await Session.filter(id=person.session_id).update(
            active_organization_id=organization and organization.id
        )
        return organization

    async def update(self, person: Person, body: schemas.UpdateOrganization) -> Organization:
        """Change name, slug or logo. Raises Invalid, Forbidden, Conflict."""
        given = body.data.model_fields_set
        for name in body.data.model_extra or {}:
            raise Invalid(f"{name[:64]} is not allowed to be set", code="FIELD_NOT_ALLOWED")
        place = await own_place(person, body.organization_id)
        if place.role not in ADMINS:
            raise Forbidden(
                "You are not allowed to update this organization",
                code="YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_ORGANIZATION",
            )
        row = await Organization.get(id=place.organization_id)
        row.name = body.data.name or row.name
        row.slug = body.data.slug or row.slug
        if "logo" in given:
            row.update_from_dict({"logo": body.data.logo})
        try:
            async with in_transaction():
                await row.save(update_fields=["name", "slug", "logo"])
        except IntegrityError as error:
            if not constraints.breaks_unique(error, "slug"):
                raise
            raise Invalid("Organization slug already taken", code=_TAKEN) from None
        return row

    async def delete(self, person: Person, body: schemas.DeleteOrganization) -> Organization:
        """Delete an organization that holds nothing, for an owner who types their password.

        Raises
            Forbidden           not an owner, or without a password here.
            Unauthenticated     the password is wrong.
            TooManyRequests     there were too many wrong ones.
            Conflict            it still has volumes, repositories or schedules, or members who
                                sign in through its identity provider alone.
        """
        place = await place_of(person.user_id, body.organization_id)
        refusal = Forbidden(
            "You are not allowed to delete this organization",
            code="YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_ORGANIZATION",
        )
        if place is None or place.role != "owner":
            raise refusal
        await self._accounts.check_password(
            person.user_id, body.password, purpose="delete an organization"
        )
        async with in_transaction():
            row = await Organization.filter(id=body.organization_id).select_for_update().first()
            if row is None:  # another click has deleted it meanwhile
                raise refusal
            held = (await self._deletions.count([row.id]))[row.id]
            if not held.is_empty:
                raise Conflict(
                    f"The organization still holds {held.in_words}; delete them first",
                    code="ORGANIZATION_IS_NOT_EMPTY",
                )
            await self._providers.refuse_lock_out(row.id)
            tidy = await self._deletions.remove(row)
        await tidy()
        return row

    async def check_slug(self, slug: str) -> None:
        """Raises Invalid when a slug is taken."""
        if await Organization.exists(slug=slug):
            raise Invalid("Organization slug already taken", code=_TAKEN)

    async def may(self, person: Person, body: schemas.HasPermission) -> bool:
        """Whether the person may do all of these things. Raises Invalid."""
        place = await own_place(person, body.organization_id)
        return may(_MAY[place.role], body.permissions)

    async def _named(
        self, person: Person, organization: Organization | None
    ) -> tuple[Organization, Member]:
        place = organization and await place_of(person.user_id, organization.id)
        if organization is None or place is None:
            raise Forbidden("User is not a member of the organization", code=_NOT_A_MEMBER)
        return organization, place


def may(allowed: dict[str, set[str]], asked: dict[str, list[str]]) -> bool:
    """Whether everything that is asked is allowed; asking nothing is not."""
    return bool(asked) and all(
        set(actions) <= allowed.get(resource, set()) and actions
        for resource, actions in asked.items()
    )


async def _by_slug(slug: str) -> Organization:
    row = await Organization.get_or_none(slug=slug)
    if row is None:
        raise Invalid("Organization not found", code="ORGANIZATION_NOT_FOUND")
    return row
