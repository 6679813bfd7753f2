"""API schemas of users."""

from zerobyte.core import clock
from zerobyte.features.auth.models import Account, Organization, User
from zerobyte.features.auth.schemas.admin import (
    AdminAccount,
    AdminUser,
    DeletionImpact,
    ImpactedOrganization,
    ResourceCounts,
)
from zerobyte.features.auth.schemas.profile import AccountView
from zerobyte.features.auth.schemas.users import UserView
from zerobyte.features.auth.service.deletion import OrganizationCounts


def user_view(user: User) -> UserView:
    """Return a user for themselves."""
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
    """Return a way to sign in, without its secrets."""
    return AccountView(
        account_id=account.account_id,
        provider_id=account.provider_id,
        user_id=account.user_id,
        created_at=clock.iso(account.created_at),
        updated_at=clock.iso(account.updated_at),
        id=account.id,
        scopes=[],
    )


def admin_user_view(user: User, accounts: list[Account]) -> AdminUser:
    """Return a user for the administration."""
    return AdminUser(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        banned=user.banned,
        accounts=[AdminAccount(id=row.id, provider_id=row.provider_id) for row in accounts],
    )


def impact_view(found: list[tuple[Organization, OrganizationCounts]]) -> DeletionImpact:
    """Return the organizations that would be deleted with a user, and their contents."""
    return DeletionImpact(
        organizations=[
            ImpactedOrganization(
                id=row.id,
                name=row.name,
                resources=ResourceCounts(
                    volumes_count=held.volumes,
                    repositories_count=held.repositories,
                    backup_schedules_count=held.schedules,
                ),
            )
            for row, held in found
        ]
    )
