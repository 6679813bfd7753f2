"""Rules for usernames and e-mails: syntax and uniqueness."""

import re
from typing import Final

from zerobyte.core.errors import Invalid, Unprocessable, ZerobyteError
from zerobyte.features.auth.models import User
from zerobyte.features.auth.schemas.common import as_email

_USERNAME: Final = re.compile(r"[A-Za-z0-9_.-]+")


def check_username(username: str, error_type: type[ZerobyteError]) -> None:
    """Reject a syntactically invalid username with an error of the given type."""
    if len(username) < 3:
        raise error_type("Username is too short", code="USERNAME_TOO_SHORT")
    if len(username) > 30:
        raise error_type("Username is too long", code="USERNAME_TOO_LONG")
    if not _USERNAME.fullmatch(username):
        raise error_type("Username is invalid", code="INVALID_USERNAME")


def parse_email(text: str) -> str:
    """Return an e-mail in its stored form. Raises Invalid."""
    try:
        return as_email(text)
    except ValueError:
        raise Invalid("Invalid email", code="INVALID_EMAIL") from None


async def check_email_free(email: str) -> None:
    """Raise Unprocessable if a user has the e-mail."""
    if await User.exists(email=email):
        raise Unprocessable(
            "User already exists. Use another email.",
            code="USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
        )


async def check_username_free(username: str, *, except_user_id: str | None = None) -> None:
    """Raise Invalid if another user has the username.

    except_user_id  this user may have it.
    """
    if await User.filter(username=username).exclude(id=except_user_id or "").exists():
        raise Invalid(
            "Username is already taken. Please try another.", code="USERNAME_IS_ALREADY_TAKEN"
        )
