"""Members of organizations: list, change roles and remove.

Each organization keeps at least one owner. Ending a membership deletes the user's API keys for the
organization and moves or ends the sessions that were active in it.
"""

from typing import Final

from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from zerobyte.core.errors import Forbidden, Invalid, NotFound
from zerobyte.features.auth.models import Account, Member, Organization, Session, SsoProvider
from zerobyte.features.auth.schemas.organizations import UpdateMemberRole
from zerobyte.features.auth.service.api_keys import revoke_keys
from zerobyte.http.auth import Actor, OrganizationRole, Person

ROLES: Final[tuple[OrganizationRole, ...]] = ("owner", "admin", "member")
ADMINS: Final = ("owner", "admin")


class Members:
    """Lists members, changes their roles and removes them."""

    async def list_all(self, actor: Actor) -> list[Member]:
        """List the members of the actor's organization, oldest first."""
        return await members_of(actor.organization_id)

    async def set_role(self, actor: Actor, member_id: str, role: OrganizationRole) -> None:
        """Change the role of a member who is not an owner.

        Raises NotFound, Forbidden.
        """
        async with in_transaction():
            member = await _lock_member(actor.organization_id, member_id)
            if member is None:
                raise NotFound("Member not found")
            if member.role == "owner":
                raise Forbidden("Cannot change the role of the organization owner")
            member.role = role
            await member.save(update_fields=["role"])

    async def remove(self, actor: Actor, member_id: str) -> Member:
        """Remove a member and their API keys for the organization, in one transaction.

        Their sessions switch to another organization of theirs. The sessions end if there is none,
        or if the user is linked through a provider of this organization.

        Raises NotFound, Forbidden.
        """
        async with in_transaction():
            member = await _lock_member(actor.organization_id, member_id)
            if member is None:
                raise NotFound("Member not found")
            if member.role == "owner":
                raise Forbidden("Cannot remove the organization owner")
            await member.delete()
            await revoke_keys(member.user_id, organization_id=actor.organization_id)
            await _end_or_move_sessions(member.user_id, actor.organization_id)
        return member

    async def update_role(self, person: Person, body: UpdateMemberRole) -> Member:
        """Give a member any role. Only owners can appoint owners or change an owner's role.

        Raises Invalid, Forbidden.
        """
        role = parse_role(body.role)
        async with in_transaction():
            own = await require_membership(person, body.organization_id)
            await Organization.filter(id=own.organization_id).select_for_update().get()
            own = await require_membership(person, own.organization_id)
            member = await _lock_member(own.organization_id, body.member_id)
            if own.role not in ADMINS or (
                own.role != "owner" and "owner" in (role, member.role if member else "")
            ):
                raise Forbidden(
                    "You are not allowed to update this member",
                    code="YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER",
                )
            if member is None:
                raise Invalid("Member not found", code="MEMBER_NOT_FOUND")
            if member.role == "owner" and role != "owner":
                await _require_another_owner(member)
            member.role = role
            await member.save(update_fields=["role"])
        return await Member.get(id=member.id).select_related("user")


async def members_of(organization_id: str, *, limit: int = 1000, offset: int = 0) -> list[Member]:
    """List the members of an organization with their users, oldest first."""
    wanted = Member.filter(organization_id=organization_id).select_related("user")
    return await wanted.order_by("created_at", "id").offset(offset).limit(limit)


async def membership_of(user_id: str, organization_id: str | None) -> Member | None:
    """Return the user's membership in an organization; None if there is none."""
    if organization_id is None:
        return None
    return await Member.get_or_none(user_id=user_id, organization_id=organization_id)


async def require_membership(person: Person, organization_id: str | None) -> Member:
    """Return the person's membership in the given or the active organization.

    Raises
        Invalid     no organization is given or active, or the person is not a member.
    """
    wanted = organization_id or person.organization_id
    if wanted is None:
        raise Invalid("No active organization", code="NO_ACTIVE_ORGANIZATION")
    membership = await membership_of(person.user_id, wanted)
    if membership is None:
        raise Invalid("Member not found", code="MEMBER_NOT_FOUND")
    return membership


async def require_membership_to_read(person: Person, organization_id: str | None) -> Member:
    """Like `require_membership`, but Forbidden for non-members. Raises Invalid, Forbidden."""
    wanted = organization_id or person.organization_id
    if wanted is None:
        raise Invalid("No active organization", code="NO_ACTIVE_ORGANIZATION")
    membership = await membership_of(person.user_id, wanted)
    if membership is None:
        raise Forbidden(
            "You are not a member of this organization",
            code="YOU_ARE_NOT_A_MEMBER_OF_THIS_ORGANIZATION",
        )
    return membership


def parse_role(role: str | list[str]) -> OrganizationRole:
    """Return the single role in the request. Raises Invalid if it is unknown or one of several."""
    names = [role] if isinstance(role, str) else role
    found: list[OrganizationRole] = [known for known in ROLES if names == [known]]
    if not found:
        shown = ",".join(names)[:64]
        raise Invalid(f"ROLE_NOT_FOUND: {shown}", code="ROLE_NOT_FOUND")
    return found[0]


async def move_sessions(organization_id: str, *, user_id: str | None = None) -> None:
    """Switch sessions that are active in an organization to another of the user's, or to none."""
    sessions = Session.filter(active_organization_id=organization_id)
    if user_id is not None:
        sessions = sessions.filter(user_id=user_id)
    for owner in set(await sessions.values_list("user_id", flat=True)):
        other = await _other_membership(str(owner), organization_id)
        await sessions.filter(user_id=owner).update(
            active_organization_id=other and other.organization_id
        )


async def _end_or_move_sessions(user_id: str, organization_id: str) -> None:
    # A session does not record whether a provider or the user started it. Linked users may come
    # from a provider of this organization, so their sessions end instead of moving.
    providers = SsoProvider.filter(organization_id=organization_id).values("provider_id")
    linked = Account.filter(user_id=user_id, provider_id__in=Subquery(providers))
    if await _other_membership(user_id, organization_id) is None or await linked.exists():
        await Session.filter(user_id=user_id).delete()
    else:
        await move_sessions(organization_id, user_id=user_id)


async def _other_membership(user_id: str, organization_id: str) -> Member | None:
    others = Member.filter(user_id=user_id).exclude(organization_id=organization_id)
    return await others.order_by("created_at", "id").first()


async def _lock_member(organization_id: str, member_id: str) -> Member | None:
    """Return a member, locked until the transaction ends."""
    wanted = Member.filter(id=member_id, organization_id=organization_id)
    return await wanted.select_for_update().first()


async def _require_another_owner(member: Member) -> None:
    others = Member.filter(organization_id=member.organization_id, role="owner")
    if not await others.exclude(id=member.id).exists():
        raise Invalid(
            "You cannot leave the organization without an owner",
            code="YOU_CANNOT_LEAVE_THE_ORGANIZATION_WITHOUT_AN_OWNER",
        )
