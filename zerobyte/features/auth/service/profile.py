"""Self-service of users: profile, password and ways to sign in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.core.errors import Invalid, Unauthenticated, Unprocessable
from zerobyte.db import constraints
from zerobyte.features.auth.models import Account, User
from zerobyte.features.auth.schemas.profile import ChangePassword, UpdateUser
from zerobyte.features.auth.service.login_throttle import LoginThrottle
from zerobyte.features.auth.service.password_change import CREDENTIAL, Credentials
from zerobyte.features.auth.service.password_hashing import check_length
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import ClientInfo, Sessions, SignedIn
from zerobyte.features.auth.service.sign_in import refuse_protected_fields
from zerobyte.features.auth.service.usernames import check_username, check_username_free
from zerobyte.http.auth import HttpRequest
from zerobyte.http.rate_limit import Window

_LOOKUPS: Final = (30, 60)


class Profile:
    """Changes the data of the signed-in user."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        credentials: Credentials,
        registration: RegistrationSettings,
        throttle: LoginThrottle,
    ) -> None:
        self._sessions = sessions
        self._credentials = credentials
        self._registration = registration
        self._throttle = throttle
        self._lookups = Window(*_LOOKUPS)

    async def update(self, found: SignedIn, body: UpdateUser) -> None:
        """Update the fields in the request. Raises Invalid."""
        extra = body.model_extra or {}
        if "email" in extra:
            raise Invalid("Email can not be updated", code="EMAIL_CAN_NOT_BE_UPDATED")
        refuse_protected_fields(extra)
        changes = _changes(body)
        if not changes:
            raise Invalid("No fields to update")
        username = changes.get("username")
        if username is not None:
            await check_username_free(username, except_user_id=found.user.id)
        try:
            await User.filter(id=found.user.id).update(**changes, updated_at=clock.now_ms())
        except IntegrityError as error:
            if not constraints.breaks_unique(error, "username"):
                raise
            # Another user took the name between the check and the update.
            await check_username_free(str(username), except_user_id=found.user.id)
            raise

    async def change_password(
        self, request: HttpRequest, found: SignedIn, body: ChangePassword
    ) -> SignedIn:
        """Change the password; end every other session and trusted device.

        Raises Invalid, TooManyRequests.
        """
        check_length(body.new_password)
        checked = await self._credentials.check(
            found.user.id,
            body.current_password,
            wrong=wrong_password(),
            missing=Invalid("Credential account not found", code="CREDENTIAL_ACCOUNT_NOT_FOUND"),
        )
        await self._credentials.set(
            found.user.id,
            body.new_password,
            keep_session=found.session,
            unless_changed=(checked, wrong_password()),
        )
        return await self._sessions.rotate_token(request, found)

    async def check_password(self, found: SignedIn, password: str) -> str:
        """Check the user's password; return the matching hash. Raises Invalid, TooManyRequests."""
        return await self._credentials.check(
            found.user.id, password, wrong=wrong_password(), missing=wrong_password()
        )

    async def accounts_of(self, user_id: str) -> Sequence[Account]:
        """List the user's ways to sign in, oldest first."""
        return await Account.filter(user_id=user_id).order_by("created_at", "id")

    async def unlink(self, found: SignedIn, provider_id: str, account_id: str | None) -> None:
        """Unlink a way to sign in, unless it is the last; end every other session.

        Raises Invalid.
        """
        user_id = found.user.id
        async with in_transaction():
            # Lock the user, so that two requests at once cannot unlink the last two.
            await User.filter(id=user_id).select_for_update().get()
            accounts = await Account.filter(user_id=user_id)
            matching = [
                account
                for account in accounts
                if account.provider_id == provider_id and account_id in (None, account.account_id)
            ]
            if len(accounts) == 1:
                raise Invalid(
                    "You can't unlink your last account", code="FAILED_TO_UNLINK_LAST_ACCOUNT"
                )
            if not matching:
                raise Invalid("Account not found", code="ACCOUNT_NOT_FOUND")
            await matching[0].delete()
            # A session does not record how it was started.
            await self._sessions.revoke_all(user_id, except_session=found.session)
            if provider_id == CREDENTIAL:
                await self._credentials.revoke_dependents(user_id)

    async def is_available(self, request: HttpRequest, username: str) -> bool:
        """Return True if a username is free; rate-limited, and only for users who could take it.

        Raises Unauthenticated, Unprocessable, TooManyRequests.
        """
        check_username(username, Unprocessable)
        self._throttle.count_lookup(self._lookups, ClientInfo.of(request).key)
        found = await self._sessions.find(request)
        if found is None and not await self._may_sign_up():
            raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
        return not await User.exists(username=username.lower())

    async def _may_sign_up(self) -> bool:
        return await self._registration.registrations_enabled() or not await User.exists()


def wrong_password() -> Invalid:
    """Return the error of `/api/auth` for a wrong password of a signed-in user."""
    return Invalid("Invalid password", code="INVALID_PASSWORD")


def _changes(body: UpdateUser) -> Mapping[str, Any]:
    """Return the columns to write for the fields in the request."""
    changes = body.model_dump(
        include=body.model_fields_set & set(UpdateUser.model_fields), by_alias=False
    )
    username = changes.get("username")
    if username is not None:
        check_username(username, Invalid)
        changes.setdefault("display_username", username)
        changes["username"] = username.lower()
    return changes
