"""Finds, links or creates the user of a verified identity.

Only invited users and linked users may sign in. `oidc_client` has verified the identity; `sign_in`
creates the session.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from zerobyte.core import clock, ids
from zerobyte.db import constraints
from zerobyte.features.auth.models import (
    Account,
    Invitation,
    Member,
    Organization,
    Session,
    SsoProvider,
    User,
)
from zerobyte.features.auth.service.invitations import MEMBER_LIMIT
from zerobyte.features.auth.service.sessions import is_banned
from zerobyte.features.auth.service.sso.oidc_client import (
    FAILED,
    ProviderIdentity,
    SsoSignInRejected,
)

INVITE_REQUIRED: Final = "INVITE_REQUIRED"
LINK_REQUIRED: Final = "ACCOUNT_LINK_REQUIRED"
NOT_VERIFIED: Final = "EMAIL_NOT_VERIFIED"
BANNED: Final = "BANNED_USER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A signed-in user's intent to accept an invitation through a provider."""

    user_id: str
    provider_id: str
    organization_id: str
    invitation_id: str
    email: str


@dataclass(frozen=True, slots=True)
class LinkedUser:
    """The user of a verified identity.

    is_new          True if the account was just created.
    used_intent     True if the user accepted the invitation of their intent.
    """

    user: User
    is_new: bool = False
    used_intent: bool = False


_UNIQUE_COLUMNS: Final = (
    ("email",),
    ("username",),
    ("provider_id", "account_id"),
    ("organization_id", "user_id"),
)
"""Unique constraints that two simultaneous first sign-ins of one user can violate."""


async def resolve_user(
    provider: SsoProvider, identity: ProviderIdentity, intent: Intent | None
) -> LinkedUser:
    """Return the user of an identity; link or create the account if allowed.

    Raises SsoSignInRejected.
    """
    if not is_of_domain(identity.email, provider.domain):
        raise SsoSignInRejected(FAILED, "the e-mail address is not of the provider's domain")
    try:
        async with in_transaction():
            return await _resolve_user(provider, identity, intent)
    except IntegrityError as error:
        if not any(constraints.breaks_unique(error, *columns) for columns in _UNIQUE_COLUMNS):
            raise
        raise SsoSignInRejected(FAILED, "the same user signed in twice at the same time") from None


def is_of_domain(email: str, domains: str) -> bool:
    """Return True if the address belongs to one of the domains or their subdomains."""
    host = email.rpartition("@")[2].lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in domains.split(","))


async def _resolve_user(
    provider: SsoProvider, identity: ProviderIdentity, intent: Intent | None
) -> LinkedUser:
    account = await Account.filter(
        provider_id=provider.provider_id, account_id=identity.subject
    ).select_related("user").first()  # fmt: skip
    user = account.user if account else await User.get_or_none(email=identity.email)
    if user is None:
        return await _create_invited_user(provider, identity)
    try:
        if account is not None:
            return await _readmit_linked_user(provider, user, intent)
        return await _link_existing_user(provider, identity, user, intent)
    except SsoSignInRejected as refusal:
        refusal.user_id = user.id
        raise


async def _link_existing_user(
    provider: SsoProvider, identity: ProviderIdentity, user: User, intent: Intent | None
) -> LinkedUser:
    """Link an existing account, if its user chose to or automatic linking allows it."""
    if not identity.email_verified:
        raise SsoSignInRejected(LINK_REQUIRED, "the e-mail address is not verified by the provider")
    await _refuse_banned(user)
    if intent is not None and _intent_matches(intent, provider, user):
        await _check_provider_trust(provider, user, is_user_choice=True)
        await _accept_invitation(
            await _pending_invitation(provider, identity.email, intent.invitation_id), user
        )
        await _link(provider, identity, user)
        return LinkedUser(user, used_intent=True)
    if not provider.auto_link_matching_emails or not await _is_member(provider, user):
        raise SsoSignInRejected(LINK_REQUIRED, "an account with this e-mail address is not linked")
    await _check_provider_trust(provider, user, is_user_choice=False)
    await _link(provider, identity, user)
    return LinkedUser(user)


async def _readmit_linked_user(
    provider: SsoProvider, user: User, intent: Intent | None
) -> LinkedUser:
    """Return a linked user who is a member, or add them through a new invitation.

    The permissions of the account may have grown since it was linked.
    """
    await _refuse_banned(user)
    is_member = await _is_member(provider, user)
    uses_intent = intent is not None and _intent_matches(intent, provider, user)
    await _check_provider_trust(provider, user, is_user_choice=is_member or uses_intent)
    if is_member:
        return LinkedUser(user)
    chosen = intent.invitation_id if intent is not None and uses_intent else None
    await _accept_invitation(await _pending_invitation(provider, user.email, chosen), user)
    return LinkedUser(user, used_intent=uses_intent)


async def _create_invited_user(provider: SsoProvider, identity: ProviderIdentity) -> LinkedUser:
    invitation = await _pending_invitation(provider, identity.email)
    if not identity.email_verified:
        raise SsoSignInRejected(
            NOT_VERIFIED, "the e-mail address of the invited user is not verified"
        )
    user = await User.create(
        name=identity.name or identity.email.partition("@")[0],
        email=identity.email,
        # An organization's provider must not prove an address to other organizations.
        email_verified=await _is_registered_by_instance_admin(provider),
        image=identity.image,
        username=ids.uuid7(),
        has_downloaded_restic_password=True,
    )
    await _accept_invitation(invitation, user)
    await _link(provider, identity, user)
    return LinkedUser(user, is_new=True)


def _intent_matches(intent: Intent, provider: SsoProvider, user: User) -> bool:
    return (
        intent.user_id == user.id
        and intent.email == user.email
        and intent.provider_id == provider.id
        and intent.organization_id == provider.organization_id
    )


async def _pending_invitation(
    provider: SsoProvider, email: str, invitation_id: str | None = None
) -> Invitation:
    wanted = Invitation.filter(
        organization_id=provider.organization_id,
        email=email,
        status="pending",
        expires_at__gt=clock.now_ms(),
    )
    if invitation_id is not None:
        wanted = wanted.filter(id=invitation_id)
    invitation = await wanted.order_by("-created_at").first()
    if invitation is None:
        raise SsoSignInRejected(
            INVITE_REQUIRED, "no invitation into the provider's organization is pending"
        )
    return invitation


async def _accept_invitation(invitation: Invitation, user: User) -> None:
    # Serialize joins, so that the member limit holds.
    await Organization.filter(id=invitation.organization_id).select_for_update().get()
    # Of several concurrent acceptances, only one finds the invitation pending.
    taken = await Invitation.filter(id=invitation.id, status="pending").update(
        status="accepted", updated_at=clock.now_ms()
    )
    if not taken:
        raise SsoSignInRejected(
            INVITE_REQUIRED, "the invitation was accepted by a concurrent request"
        )
    members = Member.filter(organization_id=invitation.organization_id)
    if await members.filter(user_id=user.id).exists():
        return
    if await members.count() >= MEMBER_LIMIT:
        raise SsoSignInRejected(FAILED, "the organization has reached its member limit")
    await Member.create(
        organization_id=invitation.organization_id, user_id=user.id, role=invitation.role
    )


async def unlink_all(provider_ids: Sequence[str]) -> None:
    """Delete every link through these providers, and all sessions of the linked users."""
    links = Account.filter(provider_id__in=provider_ids)
    user_ids = await links.values_list("user_id", flat=True)
    await links.delete()
    await Session.filter(user_id__in=user_ids).delete()


async def end_sessions_from_owner_providers(user_id: str) -> None:
    """End the sessions of a user whom a provider of an organization owner may have signed in."""
    of_owners = Q(user_id__isnull=True) | ~Q(user__role="admin")
    names = await SsoProvider.filter(of_owners).values_list("provider_id", flat=True)
    if await Account.exists(user_id=user_id, provider_id__in=names):
        await Session.filter(user_id=user_id).delete()


async def _link(provider: SsoProvider, identity: ProviderIdentity, user: User) -> None:
    await Account.create(
        user_id=user.id, provider_id=provider.provider_id, account_id=identity.subject
    )


async def _is_member(provider: SsoProvider, user: User) -> bool:
    return await Member.exists(organization_id=provider.organization_id, user_id=user.id)


async def _is_registered_by_instance_admin(provider: SsoProvider) -> bool:
    """Return True if an instance admin registered the provider."""
    return await User.exists(id=provider.user_id, role="admin") if provider.user_id else False


async def _check_provider_trust(provider: SsoProvider, user: User, *, is_user_choice: bool) -> None:
    """Reject a user whose permissions exceed the trust in this provider.

    An organization owner controls every claim of their provider. Without this check they could
    sign in to other organizations or as an instance admin.

    is_user_choice  True if the user chose this organization; allows memberships elsewhere, but
                    no instance admin.
    """
    if await _is_registered_by_instance_admin(provider):
        return
    if user.role == "admin":
        raise SsoSignInRejected(
            LINK_REQUIRED, "a provider of an organization owner cannot sign in an instance admin"
        )
    elsewhere = Member.filter(user_id=user.id).exclude(organization_id=provider.organization_id)
    if not is_user_choice and await elsewhere.exists():
        raise SsoSignInRejected(
            LINK_REQUIRED, "a user with other organizations must link the account themselves"
        )


async def _refuse_banned(user: User) -> None:
    if is_banned(user, clock.now_ms()):
        raise SsoSignInRejected(BANNED, "the user is banned")
    if user.banned:
        user.banned, user.ban_reason, user.ban_expires = False, None, None
        await user.save(update_fields=["banned", "ban_reason", "ban_expires"])
