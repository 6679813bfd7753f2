"""Single sign-on through an identity provider of an organization (OpenID Connect).

http_client         HTTP client that never connects to private networks
discovery           reads a provider's endpoints
oidc_client         builds authorization URLs and verifies responses
providers           registers, changes and deletes providers
account_linking     finds, links or creates the user of a verified identity
sign_in             redirect to the provider and callback
invitations         invitations into organizations with a provider
"""

from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.service.one_time_state import OneTimeState
from zerobyte.features.auth.service.registration_settings import RegistrationSettings
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.sso.discovery import Discovery
from zerobyte.features.auth.service.sso.http_client import SafeHttpClient
from zerobyte.features.auth.service.sso.invitations import SsoInvitations
from zerobyte.features.auth.service.sso.oidc_client import OidcClient
from zerobyte.features.auth.service.sso.providers import SsoProviders
from zerobyte.features.auth.service.sso.sign_in import SsoSignIn
from zerobyte.settings import Settings

__all__ = ["SsoInvitations", "SsoProviders", "SsoSignIn", "make_sso"]


def make_sso(
    *,
    settings: Settings,
    sealer: Sealer,
    sessions: Sessions,
    registration: RegistrationSettings,
    one_time_state: OneTimeState,
) -> dict[type, object]:
    """Return the single sign-on services by type."""
    http = SafeHttpClient(settings)
    return {
        SsoInvitations: SsoInvitations(one_time_state),
        SsoProviders: SsoProviders(
            sealer=sealer, discovery=Discovery(http), registration=registration
        ),
        SsoSignIn: SsoSignIn(
            settings=settings,
            client=OidcClient(http, sealer),
            one_time_state=one_time_state,
            sessions=sessions,
        ),
    }
