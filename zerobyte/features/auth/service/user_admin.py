"""User administration by instance admins.

At least one admin who can sign in always remains. A ban, a deletion or a new password ends the
user's sessions.
"""

from typing import Any, Final

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from zerobyte.core import clock, ids
from zerobyte.core.errors import Conflict, Invalid, NotFound, Unprocessable
from zerobyte.db import constraints
from zerobyte.features.auth.models import Account, Organization, Session, User
from zerobyte.features.auth.schemas import admin as schemas
from zerobyte.features.auth.service.deletion import Deletions, OrganizationCounts, run_cleanups
from zerobyte.features.auth.service.organization_editor import has_permissions
from zerobyte.features.auth.service.password_change import CREDENTIAL, Credentials, create_password
from zerobyte.features.auth.service.password_hashing import Passwords, check_length
from zerobyte.features.auth.service.sessions import is_banned, sessions_of
from zerobyte.features.auth.service.sso.account_linking import end_sessions_from_owner_providers
from zerobyte.features.auth.service.usernames import (
    check_email_free,
    check_username,
    check_username_free,
    parse_email,
)
from zerobyte.http.auth import InstanceRole, Person

_SORTED_BY: Final = {
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "name": "name",
    "email": "email",
    "username": "username",
    "role": "role",
}
_SEARCHES: Final = {
    "contains": "icontains",
    "starts_with": "istartswith",
    "ends_with": "iendswith",
}

_PERMISSIONS: Final = {
    "user": {
        "create", "list", "set-role", "ban", "impersonate", "delete", "set-password", "get",
        "update",
    },
    "session": {"list", "revoke", "delete"},
}  # fmt: skip

_LIST_LIMIT: Final = 100


class UserAdmin:
    """Creates, changes, bans and deletes users."""

    def __init__(
        self, passwords: Passwords, credentials: Credentials, deletions: Deletions
    ) -> None:
        self._passwords = passwords
        self._credentials = credentials
        self._deletions = deletions

    async def get(self, user_id: str) -> User:
        """Return a user. Raises NotFound."""
        user = await User.get_or_none(id=user_id)
        if user is None:
            raise _not_found()
        return user

    async def list_page(self, query: schemas.UsersQuery) -> tuple[list[User], int]:
        """Return a page of users and the total number."""
        wanted = Q()
        if query.search_value:
            how = f"{query.search_field}__{_SEARCHES[query.search_operator]}"
            wanted &= Q(**{how: query.search_value})
        if query.filter_field is not None and query.filter_value is not None:
            fits = Q(**_filter(query.filter_field, query.filter_value))
            wanted &= fits if query.filter_operator == "eq" else ~fits
        order = _SORTED_BY[query.sort_by]
        sign = "-" if query.sort_direction == "desc" else ""
        found = User.filter(wanted)
        rows = found.order_by(sign + order, sign + "id").offset(query.offset).limit(query.limit)
        return await rows, await found.count()

    async def list_with_accounts(self) -> tuple[list[tuple[User, list[Account]]], int]:
        """List the first 100 users with their ways to sign in, and the total number."""
        users = await User.all().order_by("created_at", "id").limit(_LIST_LIMIT)
        accounts = await Account.filter(user_id__in=[user.id for user in users]).order_by("id")
        by_user: dict[str, list[Account]] = {user.id: [] for user in users}
        for account in accounts:
            by_user[account.user_id].append(account)
        total = len(users) if len(users) < _LIST_LIMIT else await User.all().count()
        return [(user, by_user[user.id]) for user in users], total

    async def create(self, body: schemas.CreateUser) -> User:
        """Create an account; its organization is created at the first sign-in.

        Raises Invalid.
        """
        data, email = body.data, parse_email(body.email)
        _refuse_unknown(data)
        if data.username is not None:
            check_username(data.username, Invalid)
        if body.password is not None:
            check_length(body.password)
        username = data.username.lower() if data.username else ids.uuid7()
        password_hash = await self._passwords.hash(body.password) if body.password else None
        try:
            async with in_transaction():
                await _check_free(email, username)
                user = await User.create(
                    name=body.name,
                    email=email,
                    username=username,
                    display_username=data.display_username or data.username,
                    image=data.image,
                    role=schemas.role_of(body.role),
                )
                if password_hash is not None:
                    await create_password(user.id, password_hash)
        except IntegrityError as error:
            if _is_taken(error):
                await _check_free(email, username)
            raise
        return user

    async def update(self, body: schemas.AdminUpdateUser) -> User:
        """Update a user's data. Raises Invalid, NotFound."""
        data = body.data
        _refuse_unknown(data)
        changes = {name: getattr(data, name) for name in data.model_fields_set}
        if not changes:
            raise Invalid("No data to update", code="NO_DATA_TO_UPDATE")
        if data.username is not None:
            check_username(data.username, Invalid)
            changes["username"] = data.username.lower()
            changes.setdefault("display_username", data.username)
        if data.email is not None:
            changes["email_verified"] = False
        user = await self.get(body.user_id)
        for name in ("name", "email", "username"):
            if changes.get(name, "") is None:
                del changes[name]
        if changes.get("email") == user.email:
            del changes["email"], changes["email_verified"]
        try:
            async with in_transaction():
                await _check_free(
                    changes.get("email"), changes.get("username"), except_user_id=user.id
                )
                if changes:
                    # Write only these columns: others (ban, role) may have changed since the
                    # read.
                    await user.update_from_dict(changes).save(update_fields=list(changes))
        except IntegrityError as error:
            if _is_taken(error):
                await _check_free(
                    changes.get("email"), changes.get("username"), except_user_id=user.id
                )
            raise
        return user

    async def set_role(self, user_id: str, role: InstanceRole) -> User:
        """Set a user's instance role. Raises NotFound, Conflict."""
        async with in_transaction():
            user = await _lock_user(user_id)
            if role != "admin":
                await _require_another_admin(user)
                await Session.filter(impersonated_by=user.id).delete()
            else:
                # Admins cannot be impersonated; an active impersonation would gain admin rights.
                await Session.filter(user_id=user.id, impersonated_by__isnull=False).delete()
                if user.role != "admin":
                    await end_sessions_from_owner_providers(user.id)
            user.role = role
            await user.save(update_fields=["role"])
        return user

    async def ban(self, person: Person, body: schemas.BanUser) -> User:
        """Ban a user and end their sessions. Raises Invalid, NotFound, Conflict."""
        if body.user_id == person.user_id:
            raise Invalid("You cannot ban yourself", code="YOU_CANNOT_BAN_YOURSELF")
        seconds = body.ban_expires_in
        async with in_transaction():
            user = await _lock_user(body.user_id)
            await _require_another_admin(user)
            user.banned = True
            user.ban_reason = body.ban_reason or "No reason"
            user.ban_expires = None if seconds is None else clock.now_ms() + seconds * 1000
            await user.save(update_fields=["banned", "ban_reason", "ban_expires"])
            await Session.filter(sessions_of(user.id)).delete()
        return user

    async def unban(self, user_id: str) -> User:
        """Lift a ban. Raises NotFound."""
        user = await self.get(user_id)
        user.banned, user.ban_reason, user.ban_expires = False, None, None
        await user.save(update_fields=["banned", "ban_reason", "ban_expires"])
        return user

    async def set_password(self, user_id: str, password: str) -> None:
        """Set a user's password; end their sessions, API keys and passkeys.

        Raises Invalid, NotFound.
        """
        check_length(password)
        user = await self.get(user_id)
        await self._credentials.set(user.id, password)

    async def remove(self, person: Person, user_id: str) -> None:
        """Delete a user and the organizations, with all data, that only they own.

        Raises
            Invalid     the admin tries to delete themselves.
            NotFound    the user does not exist.
            Conflict    the user is the last admin, or such an organization has repositories or
                        active tasks.
        """
        if user_id == person.user_id:
            raise Invalid("You cannot remove yourself", code="YOU_CANNOT_REMOVE_YOURSELF")
        async with in_transaction():
            user = await _lock_user(user_id)
            await _require_another_admin(user)
            await Session.filter(impersonated_by=user.id).delete()
            cleanups = await self._deletions.delete_user(user)
        await run_cleanups(cleanups)

    async def deletion_impact(self, user_id: str) -> list[tuple[Organization, OrganizationCounts]]:
        """List the organizations that would be deleted with a user; empty for an unknown id."""
        solely_owned = await self._deletions.solely_owned_by(user_id)
        counts = await self._deletions.count([row.id for row in solely_owned])
        return [(row, counts[row.id]) for row in solely_owned]

    async def delete_account(self, user_id: str, account_id: str) -> None:
        """Delete a user's way to sign in, except the last, and end their sessions.

        Raises NotFound, Conflict.
        """
        async with in_transaction():
            user = await User.filter(id=user_id).select_for_update().first()
            account = user and await Account.get_or_none(id=account_id, user_id=user_id)
            if account is None:
                raise NotFound("Account not found")
            if await Account.filter(user_id=user_id).count() < 2:
                raise Conflict("Cannot delete the last account of a user")
            await account.delete()
            # A session does not record how it was started.
            await Session.filter(sessions_of(user_id)).delete()
            if account.provider_id == CREDENTIAL:
                await self._credentials.revoke_dependents(user_id)

    async def sessions(self, user_id: str) -> list[Session]:
        """List a user's active sessions, newest first. Raises NotFound."""
        await self.get(user_id)
        living = Session.filter(user_id=user_id, expires_at__gt=clock.now_ms())
        return await living.order_by("-created_at", "-id")

    async def revoke_session(self, session_id: str) -> None:
        """End a session of any user; ignore unknown ids."""
        await Session.filter(id=session_id).delete()

    async def revoke_sessions(self, user_id: str) -> None:
        """End all sessions of a user. Raises NotFound."""
        await self.get(user_id)
        await Session.filter(sessions_of(user_id)).delete()


def has_admin_permissions(role: InstanceRole, requested: dict[str, list[str]]) -> bool:
    """Return True if the role allows all requested actions; False if none is requested."""
    return has_permissions(_PERMISSIONS if role == "admin" else {}, requested)


async def _lock_user(user_id: str) -> User:
    """Lock and return a user; lock all admins too, so that the set of admins cannot change."""
    await User.filter(role="admin").order_by("id").select_for_update()
    user = await User.filter(id=user_id).select_for_update().first()
    if user is None:
        raise _not_found()
    return user


async def _require_another_admin(user: User) -> None:
    now = clock.now_ms()
    if user.role != "admin" or is_banned(user, now):
        return
    others = await User.filter(role="admin").exclude(id=user.id)
    if all(is_banned(other, now) for other in others):
        raise Conflict(
            "This is the last administrator. Make another user an administrator first",
            code="LAST_ADMINISTRATOR",
        )


async def _check_free(
    email: str | None, username: str | None, *, except_user_id: str | None = None
) -> None:
    """Raise Invalid if another user has the e-mail or username; None is not checked."""
    if email is not None:
        try:
            await check_email_free(email)
        except Unprocessable as error:
            raise Invalid(error.message, code=error.code) from error
    if username is not None:
        await check_username_free(username, except_user_id=except_user_id)


def _refuse_unknown(data: schemas.PersonData) -> None:
    for name in schemas.unknown_fields(data):
        raise Invalid(f"{name[:64]} is not allowed to be set", code="FIELD_NOT_ALLOWED")


def _filter(field: str, value: str) -> dict[str, Any]:
    if field in ("banned", "emailVerified"):
        column = "banned" if field == "banned" else "email_verified"
        return {column: value.lower() == "true"}
    return {field: value}


def _not_found() -> NotFound:
    return NotFound("User not found", code="USER_NOT_FOUND")


def _is_taken(error: IntegrityError) -> bool:
    """Return True if another user took the e-mail or username since the check."""
    return any(constraints.breaks_unique(error, column) for column in ("email", "username"))
