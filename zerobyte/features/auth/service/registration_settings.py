"""The switches of the installation that decide who may sign up and who may sign in.

Owns two rows of `app_metadata`, the lock row and the setup token of the first sign-up.
"""

import hmac
from typing import Final

from tortoise.exceptions import IntegrityError

from zerobyte.core import clock
from zerobyte.core.errors import Forbidden
from zerobyte.db import constraints
from zerobyte.features.auth.models import AppMetadata, User

_REGISTRATIONS: Final = "registrations_enabled"
_PASSWORD_LOGIN: Final = "password_login_disabled"  # noqa: S105 — a switch's name
_SIGN_UP_LOCK: Final = "sign_up_lock"


class RegistrationSettings:
    """Reads and turns the switches; a missing row is off.

    setup_token     required by the sign-up that creates the first account; empty: none is.
    """

    def __init__(self, *, setup_token: str = "") -> None:
        self._setup_token = setup_token

    async def registrations_enabled(self) -> bool:
        """Whether anybody may make an account."""
        return await _is_on(_REGISTRATIONS)

    async def set_registrations_enabled(self, enabled: bool) -> None:
        """Let anybody make an account, or nobody."""
        await _turn(_REGISTRATIONS, enabled)

    async def password_login_disabled(self) -> bool:
        """Whether passwords are refused at sign-in."""
        return await _is_on(_PASSWORD_LOGIN)

    async def set_password_login_disabled(self, disabled: bool) -> None:
        """Refuse passwords at sign-in, or take them again. Sessions go on."""
        await _turn(_PASSWORD_LOGIN, disabled)

    async def check_sign_up(self) -> None:
        """Refuse a sign-up that has no chance. The first user is always welcome.

        Raises Forbidden.
        """
        if not await self.registrations_enabled() and await User.exists():
            raise _closed()
        await self.check_password_login()

    async def check_password_login(self) -> None:
        """Raises Forbidden when passwords are refused."""
        if await self.password_login_disabled():
            raise Forbidden("Password login is disabled. Please use another sign-in method.")

    async def prepare_sign_up(self) -> None:
        """Make sure that the lock row exists; called before the transaction of a sign-up."""
        if not await AppMetadata.exists(key=_SIGN_UP_LOCK):
            try:
                await AppMetadata.create(key=_SIGN_UP_LOCK, value="")
            except IntegrityError as error:
                if not constraints.breaks_unique(error, "key"):
                    raise
                # Another first sign-up made it.

    async def role_of_next_user(self, setup_token: str) -> str:
        """Inside a sign-up's transaction: wait for the others, then say what the new user is.

        setup_token     as the request presents it; only the first account needs it.

        Raises Forbidden when somebody else was first and registrations are closed, or when the
        first account is requested without the setup token.
        """
        # Writing the row locks it until the transaction ends, on both kinds of database.
        await AppMetadata.filter(key=_SIGN_UP_LOCK).update(updated_at=clock.now_ms())
        if not await User.exists():
            self._check_setup_token(setup_token)
            return "admin"
        if not await self.registrations_enabled():
            raise _closed()
        return "user"

    def _check_setup_token(self, presented: str) -> None:
        required = self._setup_token.encode()
        if required and not hmac.compare_digest(presented.encode(errors="replace"), required):
            raise Forbidden(
                "The first account needs the setup token of this installation. Send the value of "
                "SETUP_TOKEN as setupToken, or in the header X-Setup-Token.",
                code="INVALID_SETUP_TOKEN",
            )


def _closed() -> Forbidden:
    return Forbidden(
        "User registrations are currently disabled. Please contact an administrator for access."
    )


async def _is_on(key: str) -> bool:
    row = await AppMetadata.get_or_none(key=key)
    return row is not None and row.value == "true"


async def _turn(key: str, on: bool) -> None:
    value = "true" if on else "false"
    await AppMetadata.update_or_create({"value": value}, key=key)
