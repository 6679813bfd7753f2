"""Decides whom a checked identity lets in: invited people, linked people, and nobody else.

Owns the links between a provider's people and ours. That the identity is genuine was checked by
`protocol`; how the browser gets its session belongs to `sign_in`.
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
from zerobyte.features.auth.service.sso.oidc_client import FAILED, Identity, SsoSignInRefused

INVITE_REQUIRED: Final = "INVITE_REQUIRED"
LINK_REQUIRED: Final = "ACCOUNT_LINK_REQUIRED"
NOT_VERIFIED: Final = "EMAIL_NOT_VERIFIED"
BANNED: Final = "BANNED_USER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A signed-in person wants to take an invitation with an account at a provider."""

    user_id: str
    provider_id: str
    organization_id: str
    invitation_id: str
    email: str


@dataclass(frozen=True, slots=True)
class LinkedUser:
    """Somebody who may come in.

    is_new          whether they have just got their account.
    used_intent     whether that was by an invitation that they had said they would take.
    """

    user: User
    is_new: bool = False
    used_intent: bool = False


_ONE_OF_EACH: Final = (
    ("email",),
    ("username",),
    ("provider_id", "account_id"),
    ("organization_id", "user_id"),
)
"""The unique constraints that two first sign-ins of one person can break."""


async def admit(provider: SsoProvider, identity: Identity, intent: Intent | None) -> LinkedUser:
    """Let somebody in, link them, or make their account, as they are known or invited.

    Raises SsoSignInRefused.
    """
    if not is_of_domain(identity.email, provider.domain):
        raise SsoSignInRefused(FAILED, "the e-mail address is not of the provider's domain")
    try:
        async with in_transaction():
            return await _admit(provider, identity, intent)
    except IntegrityError as error:
        if not any(constraints.breaks_unique(error, *columns) for columns in _ONE_OF_EACH):
            raise
        raise SsoSignInRefused(FAILED, "the same person came in twice at once") from None


def is_of_domain(email: str, domains: str) -> bool:
    """Whether an address belongs to one of the domains, or to one below them."""
    host = email.rpartition("@")[2].lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in domains.split(","))


async def _admit(provider: SsoProvider, identity: Identity, intent: Intent | None) -> LinkedUser:
    account = await Account.filter(
        provider_id=provider.provider_id, account_id=identity.subject
    ).select_related("user").first()  # fmt: skip
    user = account.user if account else await User.get_or_none(email=identity.email)
    if user is None:
        return await _join(provider, identity)
    try:
        if account is not None:
            return await _come_back(provider, user, intent)
        return await _meet(provider, identity, user, intent)
    except SsoSignInRefused as refusal:
        refusal.user_id = user.id
        raise


async def _meet(
    provider: SsoProvider, identity: Identity, user: User, intent: Intent | None
) -> LinkedUser:
    """Link somebody who has an account here, if they said so or may be linked without a word."""
    if not identity.email_verified:
        raise SsoSignInRefused(LINK_REQUIRED, "the e-mail address is not verified by the provider")
    await _refuse_banned(user)
    if intent is not None and _fits(intent, provider, user):
        await _refuse_unvouched(provider, user, is_own_wish=True)
        await _accept(await _invitation(provider, identity.email, intent.invitation_id), user)
        await _link(provider, identity, user)
        return LinkedUser(user, used_intent=True)
    if not provider.auto_link_matching_emails or not await _is_member(provider, user):
        raise SsoSignInRefused(LINK_REQUIRED, "an account with this e-mail address is not linked")
    await _refuse_unvouched(provider, user, is_own_wish=False)
    await _link(provider, identity, user)
    return LinkedUser(user)


async def _come_back(provider: SsoProvider, user: User, intent: Intent | None) -> LinkedUser:
    """Let somebody in who is linked, if they still belong here or are invited once more.

    What their account opens may have grown since they were linked.
    """
    await _refuse_banned(user)
    is_member = await _is_member(provider, user)
    says_so = intent is not None and _fits(intent, provider, user)
    await _refuse_unvouched(provider, user, is_own_wish=is_member or says_so)
    if is_member:
        return LinkedUser(user)
    chosen = intent.invitation_id if intent is not None and says_so else None
    await _accept(await _invitation(provider, user.email, chosen), user)
    return LinkedUser(user, used_intent=says_so)


async def _join(provider: SsoProvider, identity: Identity) -> LinkedUser:
    invitation = await _invitation(provider, identity.email)
    if not identity.email_verified:
        raise SsoSignInRefused(
            NOT_VERIFIED, "the e-mail address of the invited person is not verified"
        )
    user = await User.create(
        name=identity.name or identity.email.partition("@")[0],
        email=identity.email,
        # Whoever owns an organization must not prove to another that an address is somebody's.
        email_verified=await _is_of_the_instance(provider),
        image=identity.image,
        username=ids.uuid7(),
        has_downloaded_restic_password=True,
    )
    await _accept(invitation, user)
    await _link(provider, identity, user)
    return LinkedUser(user, is_new=True)


def _fits(intent: Intent, provider: SsoProvider, user: User) -> bool:
    return (
        intent.user_id == user.id
        and intent.email == user.email
        and intent.provider_id == provider.id
        and intent.organization_id == provider.organization_id
    )


async def _invitation(
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
        raise SsoSignInRefused(
            INVITE_REQUIRED, "no invitation into the provider's organization is pending"
        )
    return invitation


async def _accept(invitation: Invitation, user: User) -> None:
    # Whoever joins waits for those who join at the same moment, so that all are counted.
    await Organization.filter(id=invitation.organization_id).select_for_update().get()
    # Of several that take it at once, one finds it pending.
    taken = await Invitation.filter(id=invitation.id, status="pending").update(
        status="accepted", updated_at=clock.now_ms()
    )
    if not taken:
        raise SsoSignInRefused(INVITE_REQUIRED, "the invitation has just been taken")
    members = Member.filter(organization_id=invitation.organization_id)
    if await members.filter(user_id=user.id).exists():
        return
    if await members.count() >= MEMBER_LIMIT:
        raise SsoSignInRefused(FAILED, "the organization has as many members as it may have")
    await Member.create(
        organization_id=invitation.organization_id, user_id=user.id, role=invitation.role
    )


async def unlink_all(provider_ids: Sequence[str]) -> None:
    """End every link through these providers, and the sessions of whoever has one."""
    links = Account.filter(provider_id__in=provider_ids)
    people = await links.values_list("user_id", flat=True)
    await links.delete()
    await Session.filter(user_id__in=people).delete()


async def end_sessions_of_owners_word(user_id: str) -> None:
    """Sign somebody out whom an owner's provider may have signed in, and may not any more."""
    of_owners = Q(user_id__isnull=True) | ~Q(user__role="admin")
    names = await SsoProvider.filter(of_owners).values_list("provider_id", flat=True)
    if await Account.exists(user_id=user_id, provider_id__in=names):
        await Session.filter(user_id=user_id).delete()


async def _link(provider: SsoProvider, identity: Identity, user: User) -> None:
    await Account.create(
        user_id=user.id, provider_id=provider.provider_id, account_id=identity.subject
    )


async def _is_member(provider: SsoProvider, user: User) -> bool:
    return await Member.exists(organization_id=provider.organization_id, user_id=user.id)


async def _is_of_the_instance(provider: SsoProvider) -> bool:
    """Whether an admin of the instance registered it; an organization's owner is not one."""
    return await User.exists(id=provider.user_id, role="admin") if provider.user_id else False


async def _refuse_unvouched(provider: SsoProvider, user: User, *, is_own_wish: bool) -> None:
    """Refuse whose account opens more than the word of this provider may open.

    The owner of an organization decides what its provider says about anybody, so that it would
    let them into other organizations, or into the instance's administration.

    is_own_wish     whether the person has chosen to belong here, which settles the former alone.
    """
    if await _is_of_the_instance(provider):
        return
    if user.role == "admin":
        raise SsoSignInRefused(
            LINK_REQUIRED, "no owner of an organization vouches for an administrator"
        )
    elsewhere = Member.filter(user_id=user.id).exclude(organization_id=provider.organization_id)
    if not is_own_wish and await elsewhere.exists():
        raise SsoSignInRefused(
            LINK_REQUIRED, "somebody who belongs elsewhere is linked by themselves only"
        )


async def _refuse_banned(user: User) -> None:
    if is_banned(user, clock.now_ms()):
        raise SsoSignInRefused(BANNED, "the person is banned")
    if user.banned:
        user.banned, user.ban_reason, user.ban_expires = False, None, None
        await user.save(update_fields=["banned", "ban_reason", "ban_expires"])
