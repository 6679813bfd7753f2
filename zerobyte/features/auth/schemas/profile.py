"""Schemas of user self-service."""

from typing import Annotated

from pydantic import ConfigDict, Field

from zerobyte.contract.base import ApiModel, not_given
from zerobyte.features.auth.schemas.common import DateFormat, PersonName, TimeFormat
from zerobyte.features.auth.schemas.users import UserView


class UpdateUser(ApiModel):
    """Change the user's profile. Unknown fields are kept, to reject the protected ones."""

    model_config = ConfigDict(extra="allow")

    name: PersonName = not_given()
    image: str | None = Field(default=None, max_length=2048)
    username: str = not_given()
    display_username: Annotated[str, Field(max_length=36)] = not_given()
    date_format: DateFormat = not_given()
    time_format: TimeFormat = not_given()
    has_downloaded_restic_password: bool = not_given()


class ChangePassword(ApiModel):
    """Change the password."""

    new_password: str
    current_password: str
    revoke_other_sessions: bool = False


class PasswordChanged(ApiModel):
    """The password was changed. `token` identifies the new session if others were ended."""

    token: str | None
    user: UserView


class Password(ApiModel):
    """The user's current password."""

    password: str


class Username(ApiModel):
    """A username to check."""

    username: str


class Availability(ApiModel):
    """Result of a username check."""

    available: bool


class AccountView(ApiModel):
    """One way to sign in."""

    account_id: str
    provider_id: str
    user_id: str
    created_at: str
    updated_at: str
    id: str
    scopes: list[str]


class UnlinkAccount(ApiModel):
    """Unlink a way to sign in."""

    provider_id: str
    account_id: str | None = None
