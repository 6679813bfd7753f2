"""Operations of members on their organizations: list, read, activate, update and delete.

`metadata` is never written, and the repository password is not accessed.
"""

from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.core.errors import Conflict, Forbidden, Invalid
from zerobyte.db import constraints
from zerobyte.features.auth.models import Member, Organization, Session
from zerobyte.features.auth.schemas import organizations as schemas
from zerobyte.features.auth.service.deletion import Deletions
from zerobyte.features.auth.service.members import ADMINS, membership_of, require_membership
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
_PERMISSIONS: Final = {
    "owner": _EVERYTHING,
    "admin": {**_EVERYTHING, "organization": {"update"}},
    "member": {"ac": {"read"}},
}
_NOT_A_MEMBER: Final = "USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION"
_SLUG_SLUG_TAKEN: Final = "ORGANIZATION_SLUG_ALREADY_SLUG_TAKEN"


class OrganizationEditor:
    """Reads, activates, updates and deletes organizations."""

    def __init__(self, accounts: Accounts, deletions: Deletions, providers: SsoProviders) -> None:
        self._accounts = accounts
        self._deletions = deletions
        self._providers = providers

    async def list_all(self, person: Person) -> list[Organization]:
        """List the person's organizations, oldest membership first."""
        memberships = Member.filter(user_id=person.user_id).select_related("organization")
        return [
            membership.organization for membership in await memberships.order_by("created_at", "id")
        ]

    async def find(
        self, person: Person, query: schemas.FullQuery
    ) -> tuple[Organization, Member] | None:
        """Return an organization and the person's membership; None if none is given or active.

        Raises Forbidden, Invalid.
        """
        if query.organization_slug is not None:
            return await self._with_membership(person, await _by_slug(query.organization_slug))
        wanted = query.organization_id or person.organization_id
        if wanted is None:
            return None
        return await self._with_membership(person, await Organization.get_or_none(id=wanted))

    async def set_active(self, person: Person, body: schemas.SetActive) -> Organization | None:
        """Set or clear the active organization; an error leaves it unchanged.

        Raises Forbidden, Invalid.
        """
        organization = None
        if body.organization_slug is not None:
            organization, _ = await self._with_membership(
                person, await _by_slug(body.organization_slug)
            )
        elif body.organization_id is not None:
            found = await Organization.get_or_none(id=body.organization_id)
            organization, _ = await self._with_membership(person, found)
        elif "organization_id" not in body.model_fields_set:
            raise Invalid.at(["organizationId"], "organizationId or organizationSlug is required")
        await Session.filter(id=person.session_id).update(
            active_organization_id=organization and organization.id
        )
        return organization

    async def update(self, person: Person, body: schemas.UpdateOrganization) -> Organization:
        """Change name, slug or logo. Raises Invalid, Forbidden, Conflict."""
        sent = body.data.model_fields_set
        for name in body.data.model_extra or {}:
            raise Invalid(f"{name[:64]} is not allowed to be set", code="FIELD_NOT_ALLOWED")
        membership = await require_membership(person, body.organization_id)
        if membership.role not in ADMINS:
            raise Forbidden(
                "You are not allowed to update this organization",
                code="YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_ORGANIZATION",
            )
        row = await Organization.get(id=membership.organization_id)
        row.name = body.data.name or row.name
        row.slug = body.data.slug or row.slug
        if "logo" in sent:
            row.update_from_dict({"logo": body.data.logo})
        try:
            async with in_transaction():
                await row.save(update_fields=["name", "slug", "logo"])
        except IntegrityError as error:
            if not constraints.breaks_unique(error, "slug"):
                raise
            raise Invalid("Organization slug already taken", code=_SLUG_SLUG_TAKEN) from None
        return row

    async def delete(self, person: Person, body: schemas.DeleteOrganization) -> Organization:
        """Delete an empty organization; the person must be an owner and confirm their password.

        Raises
            Forbidden           the person is not an owner, or has no local password.
            Unauthenticated     the password is wrong.
            TooManyRequests     there were too many wrong passwords.
            Conflict            the organization has volumes, repositories or schedules, or members
                                whose only sign-in is its identity provider.
        """
        membership = await membership_of(person.user_id, body.organization_id)
        refusal = Forbidden(
            "You are not allowed to delete this organization",
            code="YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_ORGANIZATION",
        )
        if membership is None or membership.role != "owner":
            raise refusal
        await self._accounts.check_password(
            person.user_id, body.password, purpose="delete an organization"
        )
        async with in_transaction():
            row = await Organization.filter(id=body.organization_id).select_for_update().first()
            if row is None:  # a concurrent request deleted it
                raise refusal
            counts = (await self._deletions.count([row.id]))[row.id]
            if not counts.is_empty:
                raise Conflict(
                    f"The organization still holds {counts.summary}; delete them first",
                    code="ORGANIZATION_IS_NOT_EMPTY",
                )
            await self._providers.require_no_lock_out(row.id)
            cleanup = await self._deletions.delete_organization(row)
        await cleanup()
        return row

    async def check_slug(self, slug: str) -> None:
        """Raise Invalid if the slug is taken."""
        if await Organization.exists(slug=slug):
            raise Invalid("Organization slug already taken", code=_SLUG_SLUG_TAKEN)

    async def has_permission(self, person: Person, body: schemas.HasPermission) -> bool:
        """Return True if the person has all these permissions. Raises Invalid."""
        membership = await require_membership(person, body.organization_id)
        return has_permissions(_PERMISSIONS[membership.role], body.permissions)

    async def _with_membership(
        self, person: Person, organization: Organization | None
    ) -> tuple[Organization, Member]:
        membership = organization and await membership_of(person.user_id, organization.id)
        if organization is None or membership is None:
            raise Forbidden("User is not a member of the organization", code=_NOT_A_MEMBER)
        return organization, membership


def has_permissions(allowed: dict[str, set[str]], requested: dict[str, list[str]]) -> bool:
    """Return True if all requested actions are allowed; False if none is requested."""
    return bool(requested) and all(
        set(actions) <= allowed.get(resource, set()) and actions
        for resource, actions in requested.items()
    )


async def _by_slug(slug: str) -> Organization:
    row = await Organization.get_or_none(slug=slug)
    if row is None:
        raise Invalid("Organization not found", code="ORGANIZATION_NOT_FOUND")
    return row
