"""What people change about themselves, on the wire."""

from typing import Annotated

from pydantic import ConfigDict, Field

from zerobyte.contract.base import ApiModel, not_given
from zerobyte.features.auth.schemas.common import DateFormat, PersonName, TimeFormat
from zerobyte.features.auth.schemas.users import UserView


class UpdateUser(ApiModel):
    """Change one's profile. Unknown fields are kept, to refuse the protected ones."""

    model_config = ConfigDict(extra="allow")

    name: PersonName = not_given()
    image: str | None = Field(default=None, max_length=2048)
    username: str = not_given()
    display_username: Annotated[str, Field(max_length=36)] = not_given()
    date_format: DateFormat = not_given()
    time_format: TimeFormat = not_given()
    has_downloaded_restic_password: bool = not_given()


class ChangePassword(ApiModel):
    """Set another password."""

    new_password: str
    current_password: str
    revoke_other_sessions: bool = False


class PasswordChanged(ApiModel):
    """The password is another one. `token` names the new session, when others were to end."""

    token: str | None
    user: UserView


class Password(ApiModel):
    """One's own password, once more."""

    password: str


class Username(ApiModel):
    """A username to look up."""

    username: str


class Availability(ApiModel):
    """Whether it is free."""

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
    """Give up a way to sign in."""

    provider_id: str
    account_id: str | None = None
