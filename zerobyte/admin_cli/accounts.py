"""Account commands on the open database; each changes it in one transaction."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from pydantic import TypeAdapter, ValidationError
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.core.errors import Conflict, Invalid, NotFound, Unavailable
from zerobyte.core.secrets import Sealer
from zerobyte.db import connection, migrate
from zerobyte.features.audit.service import AuditLog
from zerobyte.features.auth.models import Account, Member, Organization, Passkey, Session, User
from zerobyte.features.auth.schemas.common import Email
from zerobyte.features.auth.service import Credentials, RegistrationSettings, make_services
from zerobyte.features.auth.service.api_keys import revoke_keys
from zerobyte.features.auth.service.password_change import CREDENTIAL
from zerobyte.features.auth.service.password_hashing import MAXIMUM, MINIMUM
from zerobyte.features.auth.service.sessions import sessions_of
from zerobyte.features.auth.service.two_factor.enrollment import delete_two_factor
from zerobyte.features.auth.service.usernames import check_username
from zerobyte.http.audit import Entry
from zerobyte.settings import Settings

_ROLES: Final = ("member", "admin", "owner")


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[None]:
    """Open the installation's database; creates none and migrates nothing.

    Raises
        Unavailable     the database does not exist, or has another version.
    """
    url = settings.database_url
    if not _exists(url):
        raise Unavailable(
            f"There is no database at {connection.sqlite_path(url)}. "
            "Set ZEROBYTE_DATA_DIR or ZEROBYTE_DATABASE_URL to the value that the API uses."
        )
    async with connection.database(url):
        await migrate.require_current()
        yield


def _exists(url: str) -> bool:
    return not connection.is_sqlite(url) or Path(connection.sqlite_path(url)).is_file()


async def reset_password(settings: Settings, username: str, password: str) -> bool:
    """Set a password, end all sessions and remove passkeys. Returns True if there were any."""
    if len(password) < MINIMUM:
        raise Invalid(f"Password must be at least {MINIMUM} characters long.")
    if len(password) > MAXIMUM:
        raise Invalid(f"Password must be at most {MAXIMUM} characters long.")
    services = make_services(settings, Sealer(settings.app_secret))
    async with open_database(settings):
        user = await User.get_or_none(username=username)
        if user is None:
            raise NotFound(f'Failed to reset password: User "{username}" not found')
        had_passkeys = await Passkey.exists(user_id=user.id)
        await cast("Credentials", services[Credentials]).set(user.id, password)
        await _write_audit_entry("reset-password", user)
    return had_passkeys


async def disable_two_factor(settings: Settings, username: str) -> None:
    """Turn off two-factor authentication; delete trusted devices and sessions."""
    async with open_database(settings):
        user = await _user(username)
        if not user.two_factor_enabled:
            raise Conflict(f'User "{username}" does not have 2FA enabled')
        async with in_transaction():
            await delete_two_factor(user.id)
            await _sign_out(user)
        await _write_audit_entry("disable-2fa", user)


async def change_username(settings: Settings, username: str, new: str) -> None:
    """Change username and display name, and end all sessions."""
    check_username(new, Invalid)
    async with open_database(settings):
        user = await _user(username)
        if await User.filter(username=new).exclude(id=user.id).exists():
            raise Conflict(f'Username "{new}" is already taken')
        async with in_transaction():
            await User.filter(id=user.id).update(
                username=new, display_username=new, name=new, updated_at=clock.now_ms()
            )
            await _sign_out(user)
        await _write_audit_entry("change-username", user)


async def linked_providers(settings: Settings, username: str, email: str) -> list[str]:
    """Return the identity providers that a change of the e-mail unlinks, after all checks."""
    async with open_database(settings):
        user = await _user(username)
        await _check_email(user, email)
        linked = await Account.filter(user_id=user.id).exclude(provider_id=CREDENTIAL)
        return sorted(account.provider_id for account in linked)


async def change_email(settings: Settings, username: str, email: str) -> str:
    """Change the e-mail, unlink identity providers, end all sessions. Returns the old e-mail."""
    async with open_database(settings):
        user = await _user(username)
        await _check_email(user, email)
        async with in_transaction():
            await User.filter(id=user.id).update(
                email=email, email_verified=False, updated_at=clock.now_ms()
            )
            await Account.filter(user_id=user.id).exclude(provider_id=CREDENTIAL).delete()
            await _sign_out(user)
        await _write_audit_entry("change-email", user)
        return user.email


@dataclass(frozen=True, slots=True)
class Assignment:
    """The result of an assignment.

    kept    the organization that the user stays in as its only owner; None otherwise.
    """

    organization: str
    kept: str | None


async def assign_organization(
    settings: Settings, username: str, slug: str, *, role: str
) -> Assignment:
    """Make a user a member of an organization and remove them from their first one."""
    if role not in _ROLES:
        raise Invalid(f"The role must be one of {', '.join(_ROLES)}.")
    async with open_database(settings):
        user = await _user(username)
        organization = await Organization.get_or_none(slug=slug)
        if organization is None:
            raise NotFound(f'Organization "{slug}" not found.')
        if await Member.exists(user_id=user.id, organization_id=organization.id):
            raise Conflict(
                f'User "{username}" is already assigned to organization "{organization.name}".'
            )
        async with in_transaction():
            kept = await _move(user, organization, role)
            await _sign_out(user)
        await _write_audit_entry("assign-organization", user, organization=organization, role=role)
        return Assignment(organization.name, kept)


async def enable_password_login(settings: Settings) -> None:
    """Allow sign-in with passwords again."""
    async with open_database(settings):
        await RegistrationSettings().set_password_login_disabled(False)
        await _write_audit_entry("enable-password-login")


async def _move(user: User, organization: Organization, role: str) -> str | None:
    now = clock.now_ms()
    first = await (
        Member.filter(user_id=user.id)
        .order_by("created_at", "id")
        .select_related("organization")
        .first()
    )
    # The oldest membership is the active organization after the next sign-in.
    created_at = now if first is None else min(now, first.created_at - 1)
    await Member.create(
        user_id=user.id, organization_id=organization.id, role=role, created_at=created_at
    )
    if first is None:
        return None
    left = cast("Organization", first.organization)
    owners = Member.filter(organization_id=left.id, role="owner").exclude(user_id=user.id)
    if first.role == "owner" and not await owners.exists():
        return left.name
    await first.delete()
    await revoke_keys(user.id, organization_id=left.id)
    return None


async def _write_audit_entry(
    command: str,
    user: User | None = None,
    *,
    organization: Organization | None = None,
    **details: str,
) -> None:
    """Write an audit entry without an actor: the operator of the machine ran the command."""
    if user is not None:
        details["userId"] = user.id
    await AuditLog().record(
        Entry(
            action=f"cli:{command}",
            result="succeeded",
            status=0,
            organization_id=organization and organization.id,
            principal=None,
            address="",
            user_agent="zerobyte",
            details=details,
        )
    )


async def _user(username: str) -> User:
    user = await User.get_or_none(username=username)
    if user is None:
        raise NotFound(f'User "{username}" not found')
    return user


async def _check_email(user: User, email: str) -> None:
    try:
        TypeAdapter(Email).validate_python(email)
    except ValidationError:
        raise Invalid(f'Invalid email address "{email}"') from None
    if user.email == email:
        raise Conflict(f'User "{user.username}" already has email "{email}"')
    if await User.exists(email=email):
        raise Conflict(f'Email "{email}" is already in use')
    if not await Account.exists(user_id=user.id, provider_id=CREDENTIAL):
        raise Conflict(
            f'User "{user.username}" has no credential account. '
            "Reset their password before changing email."
        )


async def _sign_out(user: User) -> None:
    await Session.filter(sessions_of(user.id)).delete()
