"""What people change about themselves: profile, password, and their ways to sign in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.core.errors import Invalid, Unauthenticated, Unprocessable
from zerobyte.db import constraints
from zerobyte.features.auth.models import Account, User
from zerobyte.features.auth.schemas.profile import ChangePassword, UpdateUser
from zerobyte.features.auth.service.login_throttle import Attempts
from zerobyte.features.auth.service.password_change import CREDENTIAL, Credentials
from zerobyte.features.auth.service.password_hashing import check_length
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import Sessions, SignedIn, Visitor
from zerobyte.features.auth.service.sign_in import refuse_protected
from zerobyte.features.auth.service.usernames import check_username, check_username_free
from zerobyte.http.auth import HttpRequest
from zerobyte.http.rate_limit import Window

_LOOKUPS: Final = (30, 60)


class Profile:
    """Changes what belongs to the person who asks."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        credentials: Credentials,
        switches: RegistrationSettings,
        attempts: Attempts,
    ) -> None:
        self._sessions = sessions
        self._credentials = credentials
        self._switches = switches
        self._attempts = attempts
        self._lookups = Window(*_LOOKUPS)

    async def update(self, found: SignedIn, body: UpdateUser) -> None:
        """Change what was given. Raises Invalid."""
        extra = body.model_extra or {}
        if "email" in extra:
            raise Invalid("Email can not be updated", code="EMAIL_CAN_NOT_BE_UPDATED")
        refuse_protected(extra)
        changes = _changes(body)
        if not changes:
            raise Invalid("No fields to update")
        username = changes.get("username")
        if username is not None:
            await check_username_free(username, but=found.user.id)
        try:
            await User.filter(id=found.user.id).update(**changes, updated_at=clock.now_ms())
        except IntegrityError as error:
            if not constraints.breaks_unique(error, "username"):
                raise
            # Somebody else took the name between the check and the change.
            await check_username_free(str(username), but=found.user.id)
            raise

    async def change_password(
        self, request: HttpRequest, found: SignedIn, body: ChangePassword
    ) -> SignedIn:
        """Set another password. Every other session and every trusted device ends.

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
            keep=found.session,
            unless_changed=(checked, wrong_password()),
        )
        return await self._sessions.replace(request, found)

    async def check_password(self, found: SignedIn, password: str) -> str:
        """Make sure that it is theirs; the hash that it fits. Raises Invalid, TooManyRequests."""
        return await self._credentials.check(
            found.user.id, password, wrong=wrong_password(), missing=wrong_password()
        )

    async def accounts_of(self, user_id: str) -> Sequence[Account]:
        """A person's ways to sign in, the oldest first."""
        return await Account.filter(user_id=user_id).order_by("created_at", "id")

    async def unlink(self, found: SignedIn, provider_id: str, account_id: str | None) -> None:
        """Give up a way to sign in, as long as another is left; every other session ends.

        Raises Invalid.
        """
        user_id = found.user.id
        async with in_transaction():
            # Two at once must not take the last two.
            await User.filter(id=user_id).select_for_update().get()
            kept = await Account.filter(user_id=user_id)
            going = [
                account
                for account in kept
                if account.provider_id == provider_id and account_id in (None, account.account_id)
            ]
            if len(kept) == 1:
                raise Invalid(
                    "You can't unlink your last account", code="FAILED_TO_UNLINK_LAST_ACCOUNT"
                )
            if not going:
                raise Invalid("Account not found", code="ACCOUNT_NOT_FOUND")
            await going[0].delete()
            # A session says not which way it came.
            await self._sessions.revoke_all(user_id, but=found.session)
            if provider_id == CREDENTIAL:
                await self._credentials.ended(user_id)

    async def is_available(self, request: HttpRequest, username: str) -> bool:
        """Whether a username is free; told to those who could take it, and not without end.

        Raises Unauthenticated, Unprocessable, TooManyRequests.
        """
        check_username(username, Unprocessable)
        self._attempts.count(self._lookups, Visitor.of(request).key)
        found = await self._sessions.find(request)
        if found is None and not await self._may_sign_up():
            raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
        return not await User.exists(username=username.lower())

    async def _may_sign_up(self) -> bool:
        return await self._switches.registrations_enabled() or not await User.exists()


def wrong_password() -> Invalid:
    """The answer of `/api/auth` to a wrong password of somebody who is signed in."""
    return Invalid("Invalid password", code="INVALID_PASSWORD")


def _changes(body: UpdateUser) -> Mapping[str, Any]:
    """Columns to write for the fields that were given."""
    changes = body.model_dump(
        include=body.model_fields_set & set(UpdateUser.model_fields), by_alias=False
    )
    username = changes.get("username")
    if username is not None:
        check_username(username, Invalid)
        changes.setdefault("display_username", username)
        changes["username"] = username.lower()
    return changes
