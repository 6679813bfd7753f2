"""The rules of usernames and e-mails: how they look, and that nobody else has them."""

import re
from typing import Final

from zerobyte.core.errors import Invalid, Unprocessable, ZerobyteError
from zerobyte.features.auth.models import User
from zerobyte.features.auth.schemas.common import as_email

_USERNAME: Final = re.compile(r"[A-Za-z0-9_.-]+")


def check_username(username: str, kind: type[ZerobyteError]) -> None:
    """Refuse a username that nobody can have, as an error of the kind that the caller answers."""
    if len(username) < 3:
        raise kind("Username is too short", code="USERNAME_TOO_SHORT")
    if len(username) > 30:
        raise kind("Username is too long", code="USERNAME_TOO_LONG")
    if not _USERNAME.fullmatch(username):
        raise kind("Username is invalid", code="INVALID_USERNAME")


def email_in(text: str) -> str:
    """An e-mail as it is stored. Raises Invalid when it is none."""
    try:
        return as_email(text)
    except ValueError:
        raise Invalid("Invalid email", code="INVALID_EMAIL") from None


async def check_email_free(email: str) -> None:
    """Raises Unprocessable when somebody has the e-mail."""
    if await User.exists(email=email):
        raise Unprocessable(
            "User already exists. Use another email.",
            code="USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
        )


async def check_username_free(username: str, *, but: str | None = None) -> None:
    """Raises Invalid when somebody has the username.

    but     the id of the person who may have it.
    """
    if await User.filter(username=username).exclude(id=but or "").exists():
        raise Invalid(
            "Username is already taken. Please try another.", code="USERNAME_IS_ALREADY_TAKEN"
        )
