"""Invitations into an organization: create, extend, cancel, accept and reject.

A self-entered e-mail proves nothing. So accepting needs the invitation's id, which only users who
may invite can see, and the invited e-mail.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.core.errors import Forbidden, Invalid
from zerobyte.features.auth.models import Invitation, Member, Organization, Session, User
from zerobyte.features.auth.schemas.organizations import InviteMember
from zerobyte.features.auth.service.members import ADMINS, parse_role, require_membership
from zerobyte.features.auth.service.usernames import parse_email
from zerobyte.http.auth import Person

LIFETIME_MS: Final = 48 * 3_600_000
PENDING_LIMIT: Final = 100
MEMBER_LIMIT: Final = 100


class Invitations:
    """Creates and answers invitations."""

    def __init__(self, *, requires_sso: Callable[[str], Awaitable[bool]]) -> None:
        """`requires_sso` returns True if users join only through an identity provider."""
        self._requires_sso = requires_sso

    async def invite(self, person: Person, body: InviteMember) -> Invitation:
        """Invite an e-mail; `resend` extends a pending invitation by two days with the new role.

        Raises Invalid, Forbidden.
        """
        role, email = parse_role(body.role), parse_email(body.email)
        membership = await require_membership(person, body.organization_id)
        if membership.role not in ADMINS:
            raise _forbidden("You are not allowed to invite users to this organization")
        if role == "owner" and membership.role != "owner":
            raise _forbidden("You are not allowed to invite user with this role")
        async with in_transaction():
            # Serialize invitations of an organization: no duplicates, and the limit holds.
            await Organization.filter(id=membership.organization_id).select_for_update().get()
            return await self._create_or_extend(membership, email, role, extend=body.resend)

    async def _create_or_extend(
        self, membership: Member, email: str, role: str, *, extend: bool
    ) -> Invitation:
        members = Member.filter(organization_id=membership.organization_id)
        if await members.filter(user__email=email).exists():
            raise _invalid("User is already a member of this organization")
        pending = _pending().filter(organization_id=membership.organization_id)
        known = await pending.filter(email=email).first()
        expires_at = clock.now_ms() + LIFETIME_MS
        if known is not None:
            if not extend:
                raise _invalid("User is already invited to this organization")
            known.role, known.expires_at = role, expires_at
            await known.save(update_fields=["role", "expires_at"])
            return known
        if await pending.count() >= PENDING_LIMIT:
            raise _forbidden("Invitation limit reached")
        return await Invitation.create(
            organization_id=membership.organization_id,
            email=email,
            role=role,
            inviter_id=membership.user_id,
            expires_at=expires_at,
        )

    async def cancel(self, person: Person, invitation_id: str) -> Invitation:
        """Cancel an invitation of the person's organization. Raises Invalid, Forbidden."""
        async with in_transaction():
            row = await _pending().filter(id=invitation_id).select_for_update().first()
            membership = row and await Member.get_or_none(
                user_id=person.user_id, organization_id=row.organization_id
            )
            if row is None or membership is None:
                raise _invalid("Invitation not found")
            if membership.role not in ADMINS:
                raise _forbidden("You are not allowed to cancel this invitation")
            return await _set_status(row, "canceled")

    async def accept(self, person: Person, invitation_id: str) -> tuple[Invitation, Member]:
        """Join the organization and make it the active one. Raises Invalid, Forbidden."""
        async with in_transaction():
            row = await self._get_own(person, invitation_id)
            if await self._requires_sso(row.organization_id):
                raise _forbidden("This organization is joined through its identity provider")
            await Organization.filter(id=row.organization_id).select_for_update().get()
            members = Member.filter(organization_id=row.organization_id)
            member = await members.filter(user_id=person.user_id).first()
            if member is None:
                if await members.count() >= MEMBER_LIMIT:
                    raise _forbidden("Organization membership limit reached")
                member = await Member.create(
                    organization_id=row.organization_id, user_id=person.user_id, role=row.role
                )
            await _set_status(row, "accepted")
            await Session.filter(id=person.session_id).update(
                active_organization_id=row.organization_id
            )
        return row, await Member.get(id=member.id).select_related("user")

    async def reject(self, person: Person, invitation_id: str) -> Invitation:
        """Reject an invitation. Raises Invalid, Forbidden."""
        async with in_transaction():
            return await _set_status(await self._get_own(person, invitation_id), "rejected")

    async def get(self, person: Person, invitation_id: str) -> Invitation:
        """Return an invitation to its recipient. Raises Invalid, Forbidden."""
        row = await self._get_own(person, invitation_id)
        await row.fetch_related("organization", "inviter")
        return row

    async def list_all(self, organization_id: str) -> list[Invitation]:
        """List invitations of an organization in any state, newest first."""
        rows = Invitation.filter(organization_id=organization_id)
        return await rows.order_by("-created_at", "-id").limit(1000)

    async def list_own(self, person: Person) -> list[Invitation]:
        """List the pending invitations to the user's e-mail, newest first.

        Raises Forbidden if the e-mail is not verified.
        """
        user = await User.get(id=person.user_id)
        if not user.email_verified:
            raise Forbidden(
                "Verify your e-mail to see its invitations",
                code="EMAIL_VERIFICATION_REQUIRED_FOR_INVITATION",
            )
        return await _pending().filter(email=user.email).order_by("-created_at", "-id")

    async def _get_own(self, person: Person, invitation_id: str) -> Invitation:
        row = await _pending().filter(id=invitation_id).select_for_update().first()
        if row is None:
            raise _invalid("Invitation not found")
        user = await User.get(id=person.user_id)
        if user.email != row.email:
            raise _forbidden("You are not the recipient of the invitation")
        return row


def _pending() -> QuerySet[Invitation]:
    return Invitation.filter(status="pending", expires_at__gt=clock.now_ms())


async def _set_status(row: Invitation, status: str) -> Invitation:
    row.status = status
    await row.save(update_fields=["status"])
    return row


def _code(message: str) -> str:
    return message.upper().replace(" ", "_")


def _invalid(message: str) -> Invalid:
    return Invalid(message, code=_code(message))


def _forbidden(message: str) -> Forbidden:
    return Forbidden(message, code=_code(message))
