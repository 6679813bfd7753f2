"""Invitations into organizations that have an identity provider.

Owns the intent: a signed-in person says that they take an invitation with an account at a provider,
and proves it by signing in there within minutes. Making invitations belongs to organizations.
"""

from collections import defaultdict
from dataclasses import asdict

from zerobyte.contract.base import MASK
from zerobyte.core import clock
from zerobyte.core.errors import Invalid, NotFound
from zerobyte.features.auth.models import Invitation, SsoProvider, User
from zerobyte.features.auth.service.one_time_state import INTENT, OneTimeState
from zerobyte.features.auth.service.sso.account_linking import Intent
from zerobyte.http.auth import HttpRequest


class SsoInvitations:
    """Shows invitations, and lets people begin to take one."""

    def __init__(self, tickets: OneTimeState) -> None:
        self._tickets = tickets

    async def of_user(self, user: User) -> list[tuple[Invitation, list[str]]]:
        """The pending invitations for a person's e-mail, each with its organization's providers.

        Without a provider an invitation's id is what accepts it, and an e-mail that somebody typed
        themselves proves nothing: then the id is masked.
        """
        pending = (
            await Invitation.filter(
                email=user.email, status="pending", expires_at__gt=clock.now_ms()
            )
            .select_related("organization")
            .order_by("created_at")
        )
        providers: defaultdict[str, list[str]] = defaultdict(list)
        for provider in await SsoProvider.filter(
            organization_id__in={invitation.organization_id for invitation in pending}
        ).order_by("created_at"):
            providers[provider.organization_id].append(provider.provider_id)
        for invitation in pending:
            if not user.email_verified and not providers[invitation.organization_id]:
                invitation.id = MASK
        return [(invitation, providers[invitation.organization_id]) for invitation in pending]

    async def verify(
        self, request: HttpRequest, user_id: str, invitation_id: str, provider_id: str
    ) -> None:
        """Remember in this browser that the person takes an invitation through a provider.

        Raises NotFound, also when it is for somebody else, and Invalid.
        """
        user = await User.get(id=user_id)
        invitation = await Invitation.get_or_none(
            id=invitation_id, email=user.email, status="pending", expires_at__gt=clock.now_ms()
        )
        if invitation is None:
            raise NotFound("Invitation not found")
        provider = await SsoProvider.get_or_none(
            provider_id=provider_id, organization_id=invitation.organization_id
        )
        if provider is None:
            raise Invalid("Provider not found for invitation organization")
        intent = Intent(
            user_id=user.id,
            provider_id=provider.id,
            organization_id=invitation.organization_id,
            invitation_id=invitation.id,
            email=user.email,
        )
        await self._tickets.issue(request, INTENT, asdict(intent))

    async def of_organization(self, organization_id: str) -> list[Invitation]:
        """Every invitation into an organization, whatever became of it."""
        return await Invitation.filter(organization_id=organization_id).order_by("created_at")

    async def delete(self, organization_id: str, invitation_id: str) -> None:
        """Remove an invitation. Raises NotFound."""
        if not await Invitation.filter(id=invitation_id, organization_id=organization_id).delete():
            raise NotFound("Invitation not found")
