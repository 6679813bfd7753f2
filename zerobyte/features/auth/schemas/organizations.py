"""Schemas of organizations, members and invitations. Times are ISO 8601."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from zerobyte.contract.base import ApiModel
from zerobyte.features.auth.schemas.common import EmailText, PersonName
from zerobyte.http.auth import OrganizationRole

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", max_length=64)
]
Logo = Annotated[str, Field(max_length=2048)]
Permissions = dict[Annotated[str, Field(max_length=64)], list[Annotated[str, Field(max_length=64)]]]


class OrganizationView(ApiModel):
    """An organization. `metadata` exists for compatibility and is always empty."""

    id: str
    name: str
    slug: str
    logo: str | None
    created_at: str
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


class MemberUser(ApiModel):
    """The user of a member."""

    id: str
    name: str
    email: str
    image: str | None


class MemberView(ApiModel):
    """A user's membership in an organization."""

    id: str
    organization_id: str
    user_id: str
    role: OrganizationRole
    created_at: str
    user: MemberUser


class InvitationView(ApiModel):
    """An invitation. Users who may not invite get a masked `id`, because the id accepts it."""

    id: str
    organization_id: str
    email: str
    role: OrganizationRole
    status: Literal["pending", "accepted", "rejected", "canceled"]
    expires_at: str
    created_at: str
    inviter_id: str | None


class FullOrganization(OrganizationView):
    """An organization with its members and invitations."""

    members: list[MemberView]
    invitations: list[InvitationView]


class FullQuery(ApiModel):
    """Selects an organization; without id and slug, the active one."""

    organization_id: Id | None = None
    organization_slug: Id | None = None


class OrganizationQuery(ApiModel):
    """Selects an organization; without an id, the active one."""

    organization_id: Id | None = None


class SetActive(ApiModel):
    """Selects the organization to activate; null: none."""

    organization_id: Id | None = None
    organization_slug: Id | None = None


class CreateOrganization(ApiModel):
    """Always rejected: organizations are created only with their first user."""


class OrganizationData(ApiModel):
    """Fields that may change. Unknown fields are kept, to reject the protected ones."""

    model_config = ConfigDict(extra="allow")

    name: PersonName | None = None
    slug: Slug | None = None
    logo: Logo | None = None


class UpdateOrganization(ApiModel):
    """Change an organization; without an id, the active one."""

    data: OrganizationData
    organization_id: Id | None = None


class DeleteOrganization(ApiModel):
    """Delete an empty organization. `password` is the owner's own."""

    organization_id: Id
    password: str = Field(min_length=1, max_length=1024)


class CheckSlug(ApiModel):
    """Check whether a slug is free."""

    slug: Slug


class InviteMember(ApiModel):
    """Invite a user by e-mail. A list of roles may hold one."""

    email: EmailText
    role: Annotated[str, Field(max_length=64)] | list[Annotated[str, Field(max_length=64)]]
    organization_id: Id | None = None
    resend: bool = False


class InvitationId(ApiModel):
    """Selects an invitation."""

    invitation_id: Id


class InvitationQuery(ApiModel):
    """Selects an invitation."""

    id: Id


class InvitationAnswered(ApiModel):
    """An invitation that was accepted or rejected."""

    invitation: InvitationView
    member: MemberView | None


class InvitationDetails(InvitationView):
    """An invitation for its recipient."""

    organization_name: str
    organization_slug: str
    inviter_email: str | None


class MemberPage(ApiModel):
    """One page of members, and the total number."""

    members: list[MemberView]
    total: int


class MembersQuery(OrganizationQuery):
    """Page of the list of members."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class MemberRoleView(ApiModel):
    """The user's own role."""

    role: OrganizationRole


class UpdateMemberRole(ApiModel):
    """Change a member's role. A list of roles may hold one."""

    member_id: Id
    role: Annotated[str, Field(max_length=64)] | list[Annotated[str, Field(max_length=64)]]
    organization_id: Id | None = None


class HasPermission(ApiModel):
    """Check whether the user has all these permissions."""

    permissions: Permissions
    organization_id: Id | None = None


class Permitted(ApiModel):
    """Result of a permission check."""

    error: None = None
    success: bool


class OrgMemberUser(ApiModel):
    """A member's name and e-mail."""

    name: str
    email: str


class OrgMember(ApiModel):
    """A member for the settings page."""

    id: str
    user_id: str
    role: OrganizationRole
    created_at: str
    user: OrgMemberUser


class OrgMembers(ApiModel):
    """The members of the active organization, oldest first."""

    members: list[OrgMember]


class SetOrgMemberRole(ApiModel):
    """Make a member an admin or a plain member."""

    role: Literal["member", "admin"]
