"""Schemas of user administration."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from zerobyte.contract.base import ApiModel
from zerobyte.features.auth.schemas.common import Email, EmailText, PersonName
from zerobyte.features.auth.schemas.organizations import Id, Permissions
from zerobyte.features.auth.schemas.sessions import SessionView
from zerobyte.features.auth.schemas.users import UserView
from zerobyte.http.auth import InstanceRole

Password = Annotated[str, Field(min_length=1, max_length=1024)]
Username = Annotated[str, Field(max_length=64)]
Image = Annotated[str, Field(max_length=2048)]


class PersonData(ApiModel):
    """Fields that an admin may set. Unknown fields are kept, to reject the protected ones."""

    model_config = ConfigDict(extra="allow")

    name: PersonName | None = None
    email: Email | None = None
    username: Username | None = None
    display_username: Annotated[str, Field(max_length=36)] | None = None
    image: Image | None = None


class CreateUser(ApiModel):
    """Create an account for a user. Without a password the user signs in another way."""

    email: EmailText
    name: PersonName
    password: Password | None = None
    role: InstanceRole | Annotated[list[InstanceRole], Field(min_length=1, max_length=1)] = "user"
    data: PersonData = Field(default_factory=PersonData)


class UserId(ApiModel):
    """Selects a user."""

    user_id: Id


class SetRole(UserId):
    """Set a user's instance role: admin or user."""

    role: InstanceRole | Annotated[list[InstanceRole], Field(min_length=1, max_length=1)]


class BanUser(UserId):
    """Ban a user, for `ban_expires_in` seconds or permanently."""

    ban_reason: Annotated[str, Field(max_length=500)] | None = None
    ban_expires_in: Annotated[int, Field(ge=1, le=3_153_600_000)] | None = None


class SetPassword(UserId):
    """Set a user's password; end their sessions and API keys."""

    new_password: Password


class AdminUpdateUser(UserId):
    """Change a user's data."""

    data: PersonData


class AdminRevokeSession(ApiModel):
    """End one session. `session_token` is the `token` in the list of sessions."""

    session_token: Id


class UserBox(ApiModel):
    """A user."""

    user: UserView


class UserSessions(ApiModel):
    """A user's sessions. `token` only identifies a session and cannot be used to sign in."""

    sessions: list[SessionView]


class UsersQuery(ApiModel):
    """Search, filter and order of the list of users."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    search_value: Annotated[str, Field(max_length=320)] | None = None
    search_field: Literal["email", "name"] = "email"
    search_operator: Literal["contains", "starts_with", "ends_with"] = "contains"
    sort_by: Literal["createdAt", "updatedAt", "name", "email", "username", "role"] = "createdAt"
    sort_direction: Literal["asc", "desc"] = "asc"
    filter_field: (
        Literal["id", "email", "name", "username", "role", "banned", "emailVerified"] | None
    ) = None
    filter_value: Annotated[str, Field(max_length=320)] | None = None
    filter_operator: Literal["eq", "ne"] = "eq"


class UserPage(ApiModel):
    """One page of users, and the total number of matches."""

    users: list[UserView]
    total: int
    limit: int
    offset: int


class UserQuery(ApiModel):
    """Selects a user."""

    id: Id


class AdminHasPermission(ApiModel):
    """Check whether a user or a role has all these permissions."""

    permissions: Permissions
    user_id: Id | None = None
    role: InstanceRole | None = None


class AdminAccount(ApiModel):
    """One way in which a user signs in."""

    id: str
    provider_id: str


class AdminUser(ApiModel):
    """A user in the administration."""

    id: str
    name: str
    email: str
    role: str
    banned: bool
    accounts: list[AdminAccount]


class AdminUsers(ApiModel):
    """The first 100 users, and the total number."""

    users: list[AdminUser]
    total: int


class ResourceCounts(ApiModel):
    """Numbers of resources of an organization."""

    volumes_count: int
    repositories_count: int
    backup_schedules_count: int


class ImpactedOrganization(ApiModel):
    """An organization that is deleted with its only owner."""

    id: str
    name: str
    resources: ResourceCounts


class DeletionImpact(ApiModel):
    """Organizations that would be deleted with a user."""

    organizations: list[ImpactedOrganization]


class ImpersonationView(ApiModel):
    """The current session and its user."""

    session: SessionView
    user: UserView


def role_of(role: InstanceRole | list[InstanceRole]) -> InstanceRole:
    """Return the single role in the request, which may be a list."""
    return role[0] if isinstance(role, list) else role


def unknown_fields(model: ApiModel) -> dict[str, Any]:
    """Return the unknown fields of the request."""
    return model.model_extra or {}
