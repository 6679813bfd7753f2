"""Schemas of sign-up and sign-in."""

from pydantic import ConfigDict, Field

from zerobyte.contract.base import ApiModel
from zerobyte.features.auth.schemas.common import (
    DateFormat,
    Email,
    EmailText,
    PersonName,
    TimeFormat,
    callback_field,
)
from zerobyte.features.auth.schemas.users import UserView


class SignUp(ApiModel):
    """Create an account with a password. Unknown fields are kept, to reject the protected ones."""

    model_config = ConfigDict(extra="allow")

    email: Email
    password: str = Field(min_length=1)
    name: PersonName
    username: str | None = None
    display_username: str | None = Field(default=None, max_length=36)
    image: str | None = Field(default=None, max_length=2048)
    remember_me: bool = True
    callback_url: str | None = callback_field("callbackURL")
    has_downloaded_restic_password: bool = False
    date_format: DateFormat = "MM/DD/YYYY"
    time_format: TimeFormat = "12h"
    setup_token: str | None = Field(default=None, max_length=256)


class SignInEmail(ApiModel):
    """Sign in by e-mail."""

    email: EmailText
    password: str
    remember_me: bool = True
    callback_url: str | None = callback_field("callbackURL")


class SignInUsername(ApiModel):
    """Sign in by username."""

    username: str
    password: str
    remember_me: bool = True
    callback_url: str | None = callback_field("callbackURL")


class SignedUp(ApiModel):
    """The new account, which is signed in."""

    token: str
    user: UserView


class SignedInView(ApiModel):
    """The signed-in user. `url` is the redirect target, if the request asked for one."""

    redirect: bool
    token: str
    url: str | None = Field(default=None, exclude_if=lambda url: url is None)
    user: UserView


class SecondFactorAwaited(ApiModel):
    """The password was right; a two-factor code is required."""

    two_factor_redirect: bool = True
    two_factor_methods: tuple[str, ...] = ("totp",)
