"""Invitations into organizations that have an identity provider.

A signed-in user announces the intent to accept an invitation through a provider, and must sign in
there within minutes. Other operations are in the module `invitations` one level up.
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
    """Lists invitations and records the intent to accept one."""

    def __init__(self, one_time_state: OneTimeState) -> None:
        self._one_time_state = one_time_state

    async def list_for_user(self, user: User) -> list[tuple[Invitation, list[str]]]:
        """List pending invitations to the user's e-mail with the organization's providers.

        Without a provider the id is sufficient to accept an invitation. It is masked then, unless
        the e-mail is verified: a self-entered e-mail proves nothing.
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
        """Record in this browser that the user accepts an invitation through a provider.

        Raises NotFound, also for another user's invitation, and Invalid.
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
        await self._one_time_state.issue(request, INTENT, asdict(intent))

    async def list_for_organization(self, organization_id: str) -> list[Invitation]:
        """List every invitation into an organization, in any state."""
        return await Invitation.filter(organization_id=organization_id).order_by("created_at")

    async def delete(self, organization_id: str, invitation_id: str) -> None:
        """Delete an invitation. Raises NotFound."""
        if not await Invitation.filter(id=invitation_id, organization_id=organization_id).delete():
            raise NotFound("Invitation not found")
