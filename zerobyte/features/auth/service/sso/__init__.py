"""Signing in through an identity provider of an organization (OpenID Connect).

outgoing        asks a provider, and nobody inside our own network
discovery       learns a provider's addresses
protocol        builds the addresses people are sent to, and checks what comes back
providers       registers, changes and deletes providers
admission       decides whom a checked identity lets in
sign_in         the walk there and back
invitations     invitations of a provider's organization
"""

from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.service.one_time_state import OneTimeState
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.sso.discovery import Discovery
from zerobyte.features.auth.service.sso.http_client import SafeHttpClient
from zerobyte.features.auth.service.sso.invitations import SsoInvitations
from zerobyte.features.auth.service.sso.oidc_client import Protocol
from zerobyte.features.auth.service.sso.providers import SsoProviders
from zerobyte.features.auth.service.sso.sign_in import SsoSignIn
from zerobyte.settings import Settings

__all__ = ["SsoInvitations", "SsoProviders", "SsoSignIn", "make_sso"]


def make_sso(
    *,
    settings: Settings,
    sealer: Sealer,
    sessions: Sessions,
    switches: RegistrationSettings,
    tickets: OneTimeState,
) -> dict[type, object]:
    """The services of single sign-on by their type."""
    outgoing = SafeHttpClient(settings)
    return {
        SsoInvitations: SsoInvitations(tickets),
        SsoProviders: SsoProviders(sealer=sealer, discovery=Discovery(outgoing), switches=switches),
        SsoSignIn: SsoSignIn(
            settings=settings,
            protocol=Protocol(outgoing, sealer),
            tickets=tickets,
            sessions=sessions,
        ),
    }
