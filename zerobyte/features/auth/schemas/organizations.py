"""Organizations, members and invitations on the wire. Times are ISO 8601."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from zerobyte.contract.base import ApiModel, ResponseModel
from zerobyte.features.auth.schemas.common import EmailText, PersonName
from zerobyte.http.auth import OrganizationRole

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", max_length=64)
]
Logo = Annotated[str, Field(max_length=2048)]
Permissions = dict[Annotated[str, Field(max_length=64)], list[Annotated[str, Field(max_length=64)]]]


class OrganizationView(ResponseModel):
    """An organization. `metadata` is kept for clients that expect it, and holds nothing."""

    id: str
    name: str
    slug: str
    logo: str | None
    created_at: str
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


class MemberUser(ApiModel):
    """A member as a person."""

    id: str
    name: str
    email: str
    image: str | None


class MemberView(ApiModel):
    """A person's place in an organization."""

    id: str
    organization_id: str
    user_id: str
    role: OrganizationRole
    created_at: str
    user: MemberUser


class InvitationView(ApiModel):
    """An invitation. To those who may not invite, `id` is masked: it is what accepts it."""

    id: str
    organization_id: str
    email: str
    role: OrganizationRole
    status: Literal["pending", "accepted", "rejected", "canceled"]
    expires_at: str
    created_at: str
    inviter_id: str | None


class FullOrganization(OrganizationView):
    """An organization with everybody in it."""

    members: list[MemberView]
    invitations: list[InvitationView]


class FullQuery(ApiModel):
    """Which organization; without either, the active one."""

    organization_id: Id | None = None
    organization_slug: Id | None = None


class OrganizationQuery(ApiModel):
    """Which organization; without it, the active one."""

    organization_id: Id | None = None


class SetActive(ApiModel):
    """Which organization becomes the active one; null is none."""

    organization_id: Id | None = None
    organization_slug: Id | None = None


class CreateOrganization(ApiModel):
    """Organizations are made with people; this is refused, whatever it says."""


class OrganizationData(ApiModel):
    """What may change. Unknown fields are kept, to refuse the protected ones."""

    model_config = ConfigDict(extra="allow")

    name: PersonName | None = None
    slug: Slug | None = None
    logo: Logo | None = None


class UpdateOrganization(ApiModel):
    """Change an organization; without an id, the active one."""

    data: OrganizationData
    organization_id: Id | None = None


class DeleteOrganization(ApiModel):
    """Delete an organization that holds nothing any more. `password` is the owner's own."""

    organization_id: Id
    password: str = Field(min_length=1, max_length=1024)


class CheckSlug(ApiModel):
    """Ask whether a slug is free."""

    slug: Slug


class InviteMember(ApiModel):
    """Invite somebody by e-mail. A list of roles may hold one."""

    email: EmailText
    role: Annotated[str, Field(max_length=64)] | list[Annotated[str, Field(max_length=64)]]
    organization_id: Id | None = None
    resend: bool = False


class InvitationId(ApiModel):
    """Which invitation."""

    invitation_id: Id


class InvitationQuery(ApiModel):
    """Which invitation."""

    id: Id


class InvitationAnswered(ApiModel):
    """An invitation that was accepted or rejected."""

    invitation: InvitationView
    member: MemberView | None


class InvitationDetails(InvitationView):
    """An invitation as its recipient sees it."""

    organization_name: str
    organization_slug: str
    inviter_email: str | None


class MemberPage(ApiModel):
    """The members of an organization, and how many there are in all."""

    members: list[MemberView]
    total: int


class MembersQuery(OrganizationQuery):
    """Which members."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class MemberRoleView(ApiModel):
    """The asker's own role."""

    role: OrganizationRole


class UpdateMemberRole(ApiModel):
    """Give a member another role. A list of roles may hold one."""

    member_id: Id
    role: Annotated[str, Field(max_length=64)] | list[Annotated[str, Field(max_length=64)]]
    organization_id: Id | None = None


class HasPermission(ApiModel):
    """Ask whether one may do all of these things."""

    permissions: Permissions
    organization_id: Id | None = None


class Permitted(ResponseModel):
    """Whether one may."""

    error: None = None
    success: bool


class OrgMemberUser(ApiModel):
    """A member's name and e-mail."""

    name: str
    email: str


class OrgMember(ApiModel):
    """A member as the settings page shows them."""

    id: str
    user_id: str
    role: OrganizationRole
    created_at: str
    user: OrgMemberUser


class OrgMembers(ApiModel):
    """Everybody in the active organization, oldest first."""

    members: list[OrgMember]


class SetOrgMemberRole(ApiModel):
    """Make somebody a plain member or an admin."""

    role: Literal["member", "admin"]
