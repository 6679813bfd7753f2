"""The rules of accounts, sessions and organizations, one family of verbs in each file."""

from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.service.accounts import Accounts
from zerobyte.features.auth.service.attempts import Attempts
from zerobyte.features.auth.service.authenticator import SessionAuthenticator
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.features.auth.service.passkeys import Passkeys
from zerobyte.features.auth.service.passwords import Passwords
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.sso import (
    SsoInvitations,
    SsoProviders,
    SsoSignIn,
    make_sso,
)
from zerobyte.features.auth.service.switches import Switches
from zerobyte.features.auth.service.tickets import Tickets
from zerobyte.http.actor import Authenticator
from zerobyte.settings import Settings

__all__ = [
    "Accounts",
    "Organizations",
    "Passkeys",
    "Passwords",
    "SessionAuthenticator",
    "Sessions",
    "SsoInvitations",
    "SsoProviders",
    "SsoSignIn",
    "Switches",
    "make_services",
]


def make_services(settings: Settings, sealer: Sealer) -> dict[type, object]:
    """Every service of this feature by its type, and the API's `Authenticator`."""
    organizations = Organizations(sealer)
    sessions = Sessions(settings, organizations)
    passwords = Passwords()
    switches = Switches()
    attempts = Attempts(settings)
    tickets = Tickets(settings)
    accounts = Accounts(
        passwords=passwords, switches=switches, sessions=sessions, attempts=attempts
    )
    return {
        Accounts: accounts,
        Authenticator: SessionAuthenticator(sessions, organizations),
        Organizations: organizations,
        Passkeys: Passkeys(
            settings=settings, tickets=tickets, sessions=sessions, attempts=attempts
        ),
        Passwords: passwords,
        Sessions: sessions,
        Settings: settings,
        Switches: switches,
        **make_sso(
            settings=settings, sealer=sealer, sessions=sessions, switches=switches, tickets=tickets
        ),
    }
