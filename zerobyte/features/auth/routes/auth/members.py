"""Members of organizations, and invitations."""

from typing import Final

from zerobyte.core.errors import Forbidden, Invalid
from zerobyte.features.auth.models import Member
from zerobyte.features.auth.present.organizations import (
    invitation_details,
    invitation_view,
    member_view,
)
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas import organizations as schemas
from zerobyte.features.auth.service import Invitations, Members, Sessions
from zerobyte.features.auth.service.members import ADMINS, members_of, require_membership_to_read
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest, OrganizationRole, Permission, Person
from zerobyte.http.endpoint import endpoint

_PATH: Final = "/organization"


@accounts_auth.post(f"{_PATH}/invite-member")
@endpoint(
    "inviteMember",
    tag=TAG,
    body=schemas.InviteMember,
    returns={200: schemas.InvitationView},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
    audit_fields=("role",),
)
async def invite(
    request: HttpRequest, person: Person, body: schemas.InviteMember, invitations: Invitations
) -> schemas.InvitationView:
    """Invite a user by e-mail for 48 hours."""
    row = await invitations.invite(person, body)
    audit.add_details(request, organization_id=row.organization_id, invitationFor=row.email)
    return invitation_view(row)


@accounts_auth.post(f"{_PATH}/cancel-invitation")
@endpoint(
    "cancelInvitation",
    tag=TAG,
    body=schemas.InvitationId,
    returns={200: schemas.InvitationView},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def cancel(
    request: HttpRequest, person: Person, body: schemas.InvitationId, invitations: Invitations
) -> schemas.InvitationView:
    """Cancel an invitation."""
    row = await invitations.cancel(person, body.invitation_id)
    audit.add_details(request, organization_id=row.organization_id, invitationFor=row.email)
    return invitation_view(row)


@accounts_auth.post(f"{_PATH}/accept-invitation")
@endpoint(
    "acceptInvitation",
    tag=TAG,
    body=schemas.InvitationId,
    returns={200: schemas.InvitationAnswered},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def accept(
    request: HttpRequest,
    person: Person,
    body: schemas.InvitationId,
    invitations: Invitations,
    sessions: Sessions,
) -> schemas.InvitationAnswered:
    """Accept an invitation; the organization becomes the active one."""
    row, member = await invitations.accept(person, body.invitation_id)
    audit.add_details(request, organization_id=row.organization_id, role=member.role)
    sessions.send_cookie(request, await sessions.require(request))
    return schemas.InvitationAnswered(invitation=invitation_view(row), member=member_view(member))


@accounts_auth.post(f"{_PATH}/reject-invitation")
@endpoint(
    "rejectInvitation",
    tag=TAG,
    body=schemas.InvitationId,
    returns={200: schemas.InvitationAnswered},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def reject(
    request: HttpRequest, person: Person, body: schemas.InvitationId, invitations: Invitations
) -> schemas.InvitationAnswered:
    """Reject an invitation."""
    row = await invitations.reject(person, body.invitation_id)
    audit.add_details(request, organization_id=row.organization_id)
    return schemas.InvitationAnswered(invitation=invitation_view(row), member=None)


@accounts_auth.get(f"{_PATH}/get-invitation")
@endpoint(
    "getInvitation",
    tag=TAG,
    query=schemas.InvitationQuery,
    returns={200: schemas.InvitationDetails},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def get(
    person: Person, query: schemas.InvitationQuery, invitations: Invitations
) -> schemas.InvitationDetails:
    """Read an invitation as its recipient."""
    return invitation_details(await invitations.get(person, query.id))


@accounts_auth.get(f"{_PATH}/list-invitations")
@endpoint(
    "listInvitations",
    tag=TAG,
    query=schemas.OrganizationQuery,
    returns={200: list[schemas.InvitationView]},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def list_invitations(
    person: Person, query: schemas.OrganizationQuery, invitations: Invitations
) -> list[schemas.InvitationView]:
    """List the invitations of an organization in any state, newest first."""
    place = await require_membership_to_read(person, query.organization_id)
    rows = await invitations.list_all(place.organization_id)
    return [invitation_view(row, may_invite=place.role in ADMINS) for row in rows]


@accounts_auth.get(f"{_PATH}/list-user-invitations")
@endpoint(
    "listUserInvitations",
    tag=TAG,
    returns={200: list[schemas.InvitationView]},
    errors=(Forbidden,),
    permission=Permission.SIGNED_IN,
)
async def list_own(person: Person, invitations: Invitations) -> list[schemas.InvitationView]:
    """List the invitations to the user's own verified e-mail."""
    return [invitation_view(row) for row in await invitations.list_own(person)]


@accounts_auth.get(f"{_PATH}/list-members")
@endpoint(
    "listMembers",
    tag=TAG,
    query=schemas.MembersQuery,
    returns={200: schemas.MemberPage},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def list_members(person: Person, query: schemas.MembersQuery) -> schemas.MemberPage:
    """List the members of an organization, oldest first."""
    place = await require_membership_to_read(person, query.organization_id)
    rows = await members_of(place.organization_id, limit=query.limit, offset=query.offset)
    total = await Member.filter(organization_id=place.organization_id).count()
    return schemas.MemberPage(members=[member_view(row) for row in rows], total=total)


@accounts_auth.get(f"{_PATH}/get-active-member")
@endpoint(
    "getActiveMember",
    tag=TAG,
    returns={200: schemas.MemberView},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def get_active_member(person: Person) -> schemas.MemberView:
    """Read the user's membership in the active organization."""
    place = await require_membership_to_read(person, None)
    await place.fetch_related("user")
    return member_view(place)


@accounts_auth.get(f"{_PATH}/get-active-member-role")
@endpoint(
    "getActiveMemberRole",
    tag=TAG,
    returns={200: schemas.MemberRoleView},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def get_active_member_role(person: Person) -> schemas.MemberRoleView:
    """Read the user's role in the active organization."""
    place = await require_membership_to_read(person, None)
    role: OrganizationRole = place.role  # pyright: ignore[reportAssignmentType]
    return schemas.MemberRoleView(role=role)


@accounts_auth.post(f"{_PATH}/update-member-role")
@endpoint(
    "updateOrganizationMemberRole",
    tag=TAG,
    body=schemas.UpdateMemberRole,
    returns={200: schemas.MemberView},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
    audit_fields=("member_id", "role"),
)
async def update_role(
    request: HttpRequest, person: Person, body: schemas.UpdateMemberRole, members: Members
) -> schemas.MemberView:
    """Change a member's role."""
    member = await members.update_role(person, body)
    audit.add_details(request, organization_id=member.organization_id, userId=member.user_id)
    return member_view(member)
