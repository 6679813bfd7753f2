"""Who belongs to an organization, as what, and how somebody leaves.

Owns the rules that keep an owner in each organization, and what ends with a membership: the
keys, and the sessions that stood in that organization.
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
    """Lists the members of organizations, gives them roles and removes them."""

    async def list_all(self, actor: Actor) -> list[Member]:
        """Everybody in the actor's organization, oldest first."""
        return await members_of(actor.organization_id)

    async def set_role(self, actor: Actor, member_id: str, role: OrganizationRole) -> None:
        """Make somebody a plain member or an admin; owners stay owners.

        Raises NotFound, Forbidden.
        """
        async with in_transaction():
            member = await _locked(actor.organization_id, member_id)
            if member is None:
                raise NotFound("Member not found")
            if member.role == "owner":
                raise Forbidden("Cannot change the role of the organization owner")
            member.role = role
            await member.save(update_fields=["role"])

    async def remove(self, actor: Actor, member_id: str) -> Member:
        """Take somebody out of the organization, with their keys; all of it or nothing.

        Their sessions in it go on in another organization of theirs. They end when there is none,
        and when they are linked with a provider of this one.

        Raises NotFound, Forbidden.
        """
        async with in_transaction():
            member = await _locked(actor.organization_id, member_id)
            if member is None:
                raise NotFound("Member not found")
            if member.role == "owner":
                raise Forbidden("Cannot remove the organization owner")
            await member.delete()
            await revoke_keys(member.user_id, organization_id=actor.organization_id)
            await _leave(member.user_id, actor.organization_id)
        return member

    async def update_role(self, person: Person, body: UpdateMemberRole) -> Member:
        """Give a member any role. Only owners make owners, and change what owners are.

        Raises Invalid, Forbidden.
        """
        role = one_role(body.role)
        async with in_transaction():
            own = await own_place(person, body.organization_id)
            await Organization.filter(id=own.organization_id).select_for_update().get()
            own = await own_place(person, own.organization_id)
            member = await _locked(own.organization_id, body.member_id)
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
                await _keep_an_owner(member)
            member.role = role
            await member.save(update_fields=["role"])
        return await Member.get(id=member.id).select_related("user")


async def members_of(organization_id: str, *, limit: int = 1000, offset: int = 0) -> list[Member]:
    """The members of an organization with their users, oldest first."""
    wanted = Member.filter(organization_id=organization_id).select_related("user")
    return await wanted.order_by("created_at", "id").offset(offset).limit(limit)


async def place_of(user_id: str, organization_id: str | None) -> Member | None:
    """A person's place in an organization, if they have one."""
    if organization_id is None:
        return None
    return await Member.get_or_none(user_id=user_id, organization_id=organization_id)


async def own_place(person: Person, organization_id: str | None) -> Member:
    """The asker's place in the organization that they name, or in the active one.

    Raises
        Invalid     none is named and none is active, or they do not belong to it.
    """
    wanted = organization_id or person.organization_id
    if wanted is None:
        raise Invalid("No active organization", code="NO_ACTIVE_ORGANIZATION")
    place = await place_of(person.user_id, wanted)
    if place is None:
        raise Invalid("Member not found", code="MEMBER_NOT_FOUND")
    return place


async def place_in(person: Person, organization_id: str | None) -> Member:
    """The same, for somebody who only wants to look. Raises Invalid, Forbidden."""
    wanted = organization_id or person.organization_id
    if wanted is None:
        raise Invalid("No active organization", code="NO_ACTIVE_ORGANIZATION")
    place = await place_of(person.user_id, wanted)
    if place is None:
        raise Forbidden(
            "You are not a member of this organization",
            code="YOU_ARE_NOT_A_MEMBER_OF_THIS_ORGANIZATION",
        )
    return place


def one_role(role: str | list[str]) -> OrganizationRole:
    """The one role that was sent. Raises Invalid for an unknown one, and for several."""
    names = [role] if isinstance(role, str) else role
    found: list[OrganizationRole] = [known for known in ROLES if names == [known]]
    if not found:
        shown = ",".join(names)[:64]
        raise Invalid(f"ROLE_NOT_FOUND: {shown}", code="ROLE_NOT_FOUND")
    return found[0]


async def move_sessions(organization_id: str, *, user_id: str | None = None) -> None:
    """Sessions that stand in an organization go on in another one of their person, or in none."""
    sessions = Session.filter(active_organization_id=organization_id)
    if user_id is not None:
        sessions = sessions.filter(user_id=user_id)
    for owner in set(await sessions.values_list("user_id", flat=True)):
        other = await _other_place(str(owner), organization_id)
        await sessions.filter(user_id=owner).update(
            active_organization_id=other and other.organization_id
        )


async def _leave(user_id: str, organization_id: str) -> None:
    # A session says not whether a provider's owner or the person began it, and goes on elsewhere.
    providers = SsoProvider.filter(organization_id=organization_id).values("provider_id")
    linked = Account.filter(user_id=user_id, provider_id__in=Subquery(providers))
    if await _other_place(user_id, organization_id) is None or await linked.exists():
        await Session.filter(user_id=user_id).delete()
    else:
        await move_sessions(organization_id, user_id=user_id)


async def _other_place(user_id: str, organization_id: str) -> Member | None:
    others = Member.filter(user_id=user_id).exclude(organization_id=organization_id)
    return await others.order_by("created_at", "id").first()


async def _locked(organization_id: str, member_id: str) -> Member | None:
    """A member of the organization, kept as they are until the transaction ends."""
    wanted = Member.filter(id=member_id, organization_id=organization_id)
    return await wanted.select_for_update().first()


async def _keep_an_owner(member: Member) -> None:
    others = Member.filter(organization_id=member.organization_id, role="owner")
    if not await others.exclude(id=member.id).exists():
        raise Invalid(
            "You cannot leave the organization without an owner",
            code="YOU_CANNOT_LEAVE_THE_ORGANIZATION_WITHOUT_AN_OWNER",
        )
