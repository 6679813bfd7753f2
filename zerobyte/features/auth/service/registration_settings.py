"""Instance settings for sign-up and password sign-in.

Stored as two rows of `app_metadata`; a third row is the lock for sign-ups. Also checks the setup
token of the first sign-up.
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
    """Reads and writes the settings; a missing row is off.

    setup_token     required for creating the first account; empty: not required.
    """

    def __init__(self, *, setup_token: str = "") -> None:
        self._setup_token = setup_token

    async def registrations_enabled(self) -> bool:
        """Return True if new users may sign up."""
        return await _is_on(_REGISTRATIONS)

    async def set_registrations_enabled(self, enabled: bool) -> None:
        """Allow or forbid sign-up."""
        await _set(_REGISTRATIONS, enabled)

    async def password_login_disabled(self) -> bool:
        """Return True if password sign-in is disabled."""
        return await _is_on(_PASSWORD_LOGIN)

    async def set_password_login_disabled(self, disabled: bool) -> None:
        """Disable or enable password sign-in. Existing sessions continue."""
        await _set(_PASSWORD_LOGIN, disabled)

    async def check_sign_up(self) -> None:
        """Reject a sign-up that the settings forbid. The first user may always sign up.

        Raises Forbidden.
        """
        if not await self.registrations_enabled() and await User.exists():
            raise _registrations_closed()
        await self.check_password_login()

    async def check_password_login(self) -> None:
        """Raise Forbidden if password sign-in is disabled."""
        if await self.password_login_disabled():
            raise Forbidden("Password login is disabled. Please use another sign-in method.")

    async def prepare_sign_up(self) -> None:
        """Create the lock row if it is missing; call before the transaction of a sign-up."""
        if not await AppMetadata.exists(key=_SIGN_UP_LOCK):
            try:
                await AppMetadata.create(key=_SIGN_UP_LOCK, value="")
            except IntegrityError as error:
                if not constraints.breaks_unique(error, "key"):
                    raise
                # A concurrent first sign-up created it.

    async def role_of_next_user(self, setup_token: str) -> str:
        """Serialize sign-ups inside their transaction and return the role of the new user.

        setup_token     from the request; only the first account needs it.

        Raises Forbidden if another user was first and registrations are closed, or if the first
        account is requested without the setup token.
        """
        # Writing the row locks it until the transaction ends, on SQLite and PostgreSQL.
        await AppMetadata.filter(key=_SIGN_UP_LOCK).update(updated_at=clock.now_ms())
        if not await User.exists():
            self._check_setup_token(setup_token)
            return "admin"
        if not await self.registrations_enabled():
            raise _registrations_closed()
        return "user"

    def _check_setup_token(self, presented: str) -> None:
        required = self._setup_token.encode()
        if required and not hmac.compare_digest(presented.encode(errors="replace"), required):
            raise Forbidden(
                "The first account needs the setup token of this installation. Send the value of "
                "SETUP_TOKEN as setupToken, or in the header X-Setup-Token.",
                code="INVALID_SETUP_TOKEN",
            )


def _registrations_closed() -> Forbidden:
    return Forbidden(
        "User registrations are currently disabled. Please contact an administrator for access."
    )


async def _is_on(key: str) -> bool:
    row = await AppMetadata.get_or_none(key=key)
    return row is not None and row.value == "true"


async def _set(key: str, on: bool) -> None:
    value = "true" if on else "false"
    await AppMetadata.update_or_create({"value": value}, key=key)
