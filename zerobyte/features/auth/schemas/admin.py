"""The administration of people on the wire."""

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
    """What an admin may set. Unknown fields are kept, to refuse the protected ones."""

    model_config = ConfigDict(extra="allow")

    name: PersonName | None = None
    email: Email | None = None
    username: Username | None = None
    display_username: Annotated[str, Field(max_length=36)] | None = None
    image: Image | None = None


class CreateUser(ApiModel):
    """Make an account for somebody. Without a password they sign in another way."""

    email: EmailText
    name: PersonName
    password: Password | None = None
    role: InstanceRole | Annotated[list[InstanceRole], Field(min_length=1, max_length=1)] = "user"
    data: PersonData = Field(default_factory=PersonData)


class UserId(ApiModel):
    """Whom."""

    user_id: Id


class SetRole(UserId):
    """Make somebody an admin of the instance, or a plain user."""

    role: InstanceRole | Annotated[list[InstanceRole], Field(min_length=1, max_length=1)]


class BanUser(UserId):
    """Shut somebody out, for `ban_expires_in` seconds or for good."""

    ban_reason: Annotated[str, Field(max_length=500)] | None = None
    ban_expires_in: Annotated[int, Field(ge=1, le=3_153_600_000)] | None = None


class SetPassword(UserId):
    """Give somebody another password; it ends their sessions and their API keys."""

    new_password: Password


class UpdateUser(UserId):
    """Change somebody's data."""

    data: PersonData


class RevokeSession(ApiModel):
    """End one session. `session_token` is the `token` that the list of sessions shows."""

    session_token: Id


class UserBox(ApiModel):
    """A person."""

    user: UserView


class UserSessions(ApiModel):
    """Somebody's sessions. `token` is a name for each, and opens nothing."""

    sessions: list[SessionView]


class UsersQuery(ApiModel):
    """Which people to list."""

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
    """People, and how many fit the question in all."""

    users: list[UserView]
    total: int
    limit: int
    offset: int


class UserQuery(ApiModel):
    """Whom."""

    id: Id


class AdminHasPermission(ApiModel):
    """Ask whether somebody, or a role, may do all of these things."""

    permissions: Permissions
    user_id: Id | None = None
    role: InstanceRole | None = None


class AdminAccount(ApiModel):
    """One way in which somebody signs in."""

    id: str
    provider_id: str


class AdminUser(ApiModel):
    """A person in the administration."""

    id: str
    name: str
    email: str
    role: str
    banned: bool
    accounts: list[AdminAccount]


class AdminUsers(ApiModel):
    """The first hundred people, and how many there are."""

    users: list[AdminUser]
    total: int


class ResourceCounts(ApiModel):
    """What an organization holds."""

    volumes_count: int
    repositories_count: int
    backup_schedules_count: int


class ImpactedOrganization(ApiModel):
    """An organization that goes with its only owner."""

    id: str
    name: str
    resources: ResourceCounts


class DeletionImpact(ApiModel):
    """What would go with a person."""

    organizations: list[ImpactedOrganization]


class ImpersonationView(ApiModel):
    """The session that is used now, and whose it is."""

    session: SessionView
    user: UserView


def role_of(role: InstanceRole | list[InstanceRole]) -> InstanceRole:
    """The one role that was sent, by itself or in a list."""
    return role[0] if isinstance(role, list) else role


def unknown_fields(model: ApiModel) -> dict[str, Any]:
    """What was sent beyond the known fields."""
    return model.model_extra or {}
