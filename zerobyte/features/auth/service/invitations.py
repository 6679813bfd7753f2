"""Invitations into an organization: made, prolonged, withdrawn, accepted and rejected.

An e-mail that somebody typed themselves proves nothing, so an invitation is accepted by its id,
which only those who may invite can see, by the person with its e-mail.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.core.errors import Forbidden, Invalid
from zerobyte.features.auth.models import Invitation, Member, Organization, Session, User
from zerobyte.features.auth.schemas.organizations import InviteMember
from zerobyte.features.auth.service.members import ADMINS, one_role, own_place
from zerobyte.features.auth.service.usernames import email_in
from zerobyte.http.auth import Person

LIFETIME_MS: Final = 48 * 3_600_000
PENDING_LIMIT: Final = 100
MEMBER_LIMIT: Final = 100


async def _never(_organization_id: str) -> bool:
    return False


class Invitations:
    """Invites people and lets them in.

    needs_sso       whether people join an organization only through its identity provider.
    """

    def __init__(self) -> None:
        self.needs_sso: Callable[[str], Awaitable[bool]] = _never

    async def invite(self, person: Person, body: InviteMember) -> Invitation:
        """Invite an e-mail; `resend` gives a pending invitation two more days and the new role.

        Raises Invalid, Forbidden.
        """
        role, email = one_role(body.role), email_in(body.email)
        place = await own_place(person, body.organization_id)
        if place.role not in ADMINS:
            raise _forbidden("You are not allowed to invite users to this organization")
        if role == "owner" and place.role != "owner":
            raise _forbidden("You are not allowed to invite user with this role")
        async with in_transaction():
            # One after the other, so that nobody is invited twice and the limit holds.
            await Organization.filter(id=place.organization_id).select_for_update().get()
            return await self._invited(place, email, role, prolongs=body.resend)

    async def _invited(self, place: Member, email: str, role: str, *, prolongs: bool) -> Invitation:
        members = Member.filter(organization_id=place.organization_id)
        if await members.filter(user__email=email).exists():
            raise _invalid("User is already a member of this organization")
        pending = _pending().filter(organization_id=place.organization_id)
        known = await pending.filter(email=email).first()
        expires_at = clock.now_ms() + LIFETIME_MS
        if known is not None:
            if not prolongs:
                raise _invalid("User is already invited to this organization")
            known.role, known.expires_at = role, expires_at
            await known.save(update_fields=["role", "expires_at"])
            return known
        if await pending.count() >= PENDING_LIMIT:
            raise _forbidden("Invitation limit reached")
        return await Invitation.create(
            organization_id=place.organization_id,
            email=email,
            role=role,
            inviter_id=place.user_id,
            expires_at=expires_at,
        )

    async def cancel(self, person: Person, invitation_id: str) -> Invitation:
        """Withdraw an invitation of one's own organization. Raises Invalid, Forbidden."""
        async with in_transaction():
            row = await _pending().filter(id=invitation_id).select_for_update().first()
            place = row and await Member.get_or_none(
                user_id=person.user_id, organization_id=row.organization_id
            )
            if row is None or place is None:
                raise _invalid("Invitation not found")
            if place.role not in ADMINS:
                raise _forbidden("You are not allowed to cancel this invitation")
            return await _ended(row, "canceled")

    async def accept(self, person: Person, invitation_id: str) -> tuple[Invitation, Member]:
        """Join the organization, which becomes the active one. Raises Invalid, Forbidden."""
        async with in_transaction():
            row = await self._own(person, invitation_id)
            if await self.needs_sso(row.organization_id):
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
            await _ended(row, "accepted")
            await Session.filter(id=person.session_id).update(
                active_organization_id=row.organization_id
            )
        return row, await Member.get(id=member.id).select_related("user")

    async def reject(self, person: Person, invitation_id: str) -> Invitation:
        """Turn an invitation down. Raises Invalid, Forbidden."""
        async with in_transaction():
            return await _ended(await self._own(person, invitation_id), "rejected")

    async def get(self, person: Person, invitation_id: str) -> Invitation:
        """An invitation, for its recipient. Raises Invalid, Forbidden."""
        row = await self._own(person, invitation_id)
        await row.fetch_related("organization", "inviter")
        return row

    async def list_all(self, organization_id: str) -> list[Invitation]:
        """Every invitation of an organization in any state, newest first."""
        rows = Invitation.filter(organization_id=organization_id)
        return await rows.order_by("-created_at", "-id").limit(1000)

    async def list_own(self, person: Person) -> list[Invitation]:
        """The pending invitations to the person's e-mail, newest first.

        Raises Forbidden while nobody has proved that the e-mail is theirs.
        """
        user = await User.get(id=person.user_id)
        if not user.email_verified:
            raise Forbidden(
                "Verify your e-mail to see its invitations",
                code="EMAIL_VERIFICATION_REQUIRED_FOR_INVITATION",
            )
        return await _pending().filter(email=user.email).order_by("-created_at", "-id")

    async def _own(self, person: Person, invitation_id: str) -> Invitation:
        row = await _pending().filter(id=invitation_id).select_for_update().first()
        if row is None:
            raise _invalid("Invitation not found")
        user = await User.get(id=person.user_id)
        if user.email != row.email:
            raise _forbidden("You are not the recipient of the invitation")
        return row


def _pending() -> QuerySet[Invitation]:
    return Invitation.filter(status="pending", expires_at__gt=clock.now_ms())


async def _ended(row: Invitation, status: str) -> Invitation:
    row.status = status
    await row.save(update_fields=["status"])
    return row


def _code(message: str) -> str:
    return message.upper().replace(" ", "_")


def _invalid(message: str) -> Invalid:
    return Invalid(message, code=_code(message))


def _forbidden(message: str) -> Forbidden:
    return Forbidden(message, code=_code(message))
