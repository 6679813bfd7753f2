"""API schemas of organizations, members and invitations.

The repository password is never included, not even encrypted.
"""

from typing import cast

from zerobyte.contract.base import MASK
from zerobyte.core import clock
from zerobyte.features.auth.models import Invitation, Member, Organization, User
from zerobyte.features.auth.schemas import organizations as schemas
from zerobyte.http.auth import OrganizationRole


def organization_view(row: Organization) -> schemas.OrganizationView:
    """Return an organization as visible to every member."""
    return schemas.OrganizationView(
        id=row.id,
        name=row.name,
        slug=row.slug,
        logo=row.logo,
        created_at=clock.iso(row.created_at),
    )


def full_organization_view(
    row: Organization, *, members: list[Member], invitations: list[Invitation], may_invite: bool
) -> schemas.FullOrganization:
    """Return an organization with its members and invitations."""
    return schemas.FullOrganization(
        **organization_view(row).model_dump(),
        members=[member_view(member) for member in members],
        invitations=[invitation_view(each, may_invite=may_invite) for each in invitations],
    )


def member_view(member: Member) -> schemas.MemberView:
    """Return a member; their user must be fetched."""
    user = cast("User", member.user)
    return schemas.MemberView(
        id=member.id,
        organization_id=member.organization_id,
        user_id=member.user_id,
        role=_role(member.role),
        created_at=clock.iso(member.created_at),
        user=schemas.MemberUser(id=user.id, name=user.name, email=user.email, image=user.image),
    )


def org_member_view(member: Member) -> schemas.OrgMember:
    """Return a member for the settings page; their user must be fetched."""
    user = cast("User", member.user)
    return schemas.OrgMember(
        id=member.id,
        user_id=member.user_id,
        role=_role(member.role),
        created_at=clock.iso(member.created_at),
        user=schemas.OrgMemberUser(name=user.name, email=user.email),
    )


def invitation_view(row: Invitation, *, may_invite: bool = True) -> schemas.InvitationView:
    """Return an invitation; only inviters and invited users get its id, which accepts it."""
    return schemas.InvitationView(
        id=row.id if may_invite else MASK,
        organization_id=row.organization_id,
        email=row.email,
        role=_role(row.role),
        status=row.status,  # pyright: ignore[reportArgumentType] — one of the four by its writers
        expires_at=clock.iso(row.expires_at),
        created_at=clock.iso(row.created_at),
        inviter_id=row.inviter_id,
    )


def invitation_details(row: Invitation) -> schemas.InvitationDetails:
    """Return an invitation for its recipient; organization and inviter must be fetched."""
    organization = cast("Organization", row.organization)
    inviter = cast("User | None", row.inviter)
    return schemas.InvitationDetails(
        **invitation_view(row).model_dump(),
        organization_name=organization.name,
        organization_slug=organization.slug,
        inviter_email=inviter.email if inviter else None,
    )


def _role(role: str) -> OrganizationRole:
    return cast("OrganizationRole", role)
