"""What `/api/auth` and `/api/v1/auth` read and answer."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field

from zerobyte.contract.base import Wire

_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)


def _email(value: str) -> str:
    if len(value) > 254 or not _EMAIL.fullmatch(value) or ".." in value.partition("@")[0]:
        raise ValueError("Invalid email address")
    return value.lower()


def _name(value: str) -> str:
    value = value.strip()
    if not value or not value.isprintable():
        raise ValueError("The name must not be empty")
    return value


def _callback(name: str) -> Any:
    return Field(default=None, alias=name)


Email = Annotated[str, AfterValidator(_email)]
PersonName = Annotated[str, Field(max_length=200), AfterValidator(_name)]
DateFormat = Annotated[
    str,
    Field(max_length=16, pattern=r"^[DMY]{2,4}[/. -][DMY]{2,4}[/. -][DMY]{2,4}$"),
]
TimeFormat = Literal["12h", "24h"]


class SignUp(Wire):
    """Make an account with a password. Unknown fields are kept, to refuse the protected ones."""

    model_config = ConfigDict(extra="allow")

    email: Email
    password: str = Field(min_length=1)
    name: PersonName
    username: str | None = None
    display_username: str | None = Field(default=None, max_length=36)
    image: str | None = Field(default=None, max_length=2048)
    remember_me: bool = True
    callback_url: str | None = _callback("callbackURL")
    has_downloaded_restic_password: bool = False
    date_format: DateFormat = "MM/DD/YYYY"
    time_format: TimeFormat = "12h"


class SignInEmail(Wire):
    """Sign in by e-mail."""

    email: Email
    password: str
    remember_me: bool = True
    callback_url: str | None = _callback("callbackURL")


class SignInUsername(Wire):
    """Sign in by username."""

    username: str
    password: str
    remember_me: bool = True
    callback_url: str | None = _callback("callbackURL")


class UserView(Wire):
    """A person, as they see themselves. Times are ISO 8601."""

    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: str
    updated_at: str
    username: str
    display_username: str | None
    role: str
    banned: bool
    ban_reason: str | None
    ban_expires: str | None
    two_factor_enabled: bool
    has_downloaded_restic_password: bool
    date_format: str
    time_format: str
    id: str


class SessionView(Wire):
    """The session of the browser that asks."""

    expires_at: str
    token: str
    created_at: str
    updated_at: str
    ip_address: str
    user_agent: str
    user_id: str
    impersonated_by: str | None
    active_organization_id: str | None
    auth_source: str
    id: str


class SignedUp(Wire):
    """Signed up, and signed in at once."""

    token: str
    user: UserView


class SignedInView(Wire):
    """Signed in. `url` is where to go, when the request asked for it."""

    redirect: bool
    token: str
    url: str | None = Field(default=None, exclude_if=lambda url: url is None)
    user: UserView


class CurrentSession(Wire):
    """Who is signed in."""

    session: SessionView
    user: UserView


class Ok(Wire):
    """The accounts answer."""

    ok: bool = True


class Success(Wire):
    """It is done."""

    success: bool = True


class ErrorQuery(Wire):
    """Which error to show."""

    error: str = "UNKNOWN"


class AuthStatus(Wire):
    """Whether the installation has been set up."""

    has_users: bool
