"""API schemas of identity providers and invitations, without client secrets."""

from typing import Any

from zerobyte.contract.base import MASK
from zerobyte.core import clock
from zerobyte.features.auth.models import Invitation, SsoProvider
from zerobyte.features.auth.schemas.sso import (
    InvitationProvider,
    InvitationSettings,
    ProviderSettings,
    RegisteredOidc,
    RegisteredProvider,
    SanitizedOidc,
    SanitizedProvider,
    UserInvitation,
)
from zerobyte.features.auth.service.sso.oidc_client import settings_or_empty
from zerobyte.features.auth.service.sso.sign_in import redirect_uri
from zerobyte.settings import Settings


def registered_provider_view(provider: SsoProvider, settings: Settings) -> RegisteredProvider:
    """Return a provider that was just registered."""
    return RegisteredProvider(
        issuer=provider.issuer,
        oidc_config=RegisteredOidc(
            **_oidc(provider),
            issuer=provider.issuer,
            client_id=provider.client_id,
            client_secret=MASK,
        ),
        user_id=provider.user_id or "",
        provider_id=provider.provider_id,
        organization_id=provider.organization_id,
        domain=provider.domain,
        id=provider.id,
        redirect_uri=redirect_uri(settings, provider.provider_id),
    )


def sanitized_provider_view(provider: SsoProvider, settings: Settings) -> SanitizedProvider:
    """Return a provider for the admins of its organization."""
    return SanitizedProvider(
        provider_id=provider.provider_id,
        issuer=provider.issuer,
        domain=provider.domain,
        organization_id=provider.organization_id,
        auto_link_matching_emails=provider.auto_link_matching_emails,
        oidc_config=SanitizedOidc(
            **_oidc(provider), client_id_last_four=f"****{provider.client_id[-4:]}"
        ),
        redirect_uri=redirect_uri(settings, provider.provider_id),
    )


def provider_settings_view(provider: SsoProvider) -> ProviderSettings:
    """Return a provider for the settings of its organization."""
    return ProviderSettings(
        provider_id=provider.provider_id,
        issuer=provider.issuer,
        domain=provider.domain,
        auto_link_matching_emails=provider.auto_link_matching_emails,
        organization_id=provider.organization_id,
    )


def invitation_settings_view(invitation: Invitation) -> InvitationSettings:
    """Return an invitation for the settings of its organization."""
    return InvitationSettings(
        id=invitation.id,
        email=invitation.email,
        role=invitation.role,
        status=invitation.status,
        expires_at=clock.iso(invitation.expires_at),
    )


def user_invitation_view(invitation: Invitation, provider_ids: list[str]) -> UserInvitation:
    """Return an invitation for the invited user; its organization must be fetched."""
    return UserInvitation(
        id=invitation.id,
        organization_name=invitation.organization.name,
        role=invitation.role,
        expires_at=clock.iso(invitation.expires_at),
        sso_providers=[InvitationProvider(provider_id=name) for name in provider_ids],
    )


def _oidc(provider: SsoProvider) -> dict[str, Any]:
    return settings_or_empty(provider).model_dump(by_alias=False)
