"""People as the API shows them."""

from zerobyte.core import clock
from zerobyte.features.auth.models import Account, User
from zerobyte.features.auth.schemas.people import UserView
from zerobyte.features.auth.schemas.profile import AccountView


def user_view(user: User) -> UserView:
    """A person, as they see themselves."""
    return UserView(
        name=user.name,
        email=user.email,
        email_verified=user.email_verified,
        image=user.image,
        created_at=clock.iso(user.created_at),
        updated_at=clock.iso(user.updated_at),
        username=user.username,
        display_username=user.display_username,
        role=user.role,
        banned=user.banned,
        ban_reason=user.ban_reason,
        ban_expires=None if user.ban_expires is None else clock.iso(user.ban_expires),
        two_factor_enabled=user.two_factor_enabled,
        has_downloaded_restic_password=user.has_downloaded_restic_password,
        date_format=user.date_format,
        time_format=user.time_format,
        id=user.id,
    )


def account_view(account: Account) -> AccountView:
    """One way to sign in, without what it needs for it."""
    return AccountView(
        account_id=account.account_id,
        provider_id=account.provider_id,
        user_id=account.user_id,
        created_at=clock.iso(account.created_at),
        updated_at=clock.iso(account.updated_at),
        id=account.id,
        scopes=[],
    )
