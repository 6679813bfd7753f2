"""The rules of accounts, sessions and organizations, one family of verbs in each file."""

from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.service.accounts import Accounts
from zerobyte.features.auth.service.attempts import Attempts
from zerobyte.features.auth.service.authenticator import SessionAuthenticator
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.features.auth.service.passwords import Passwords
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.switches import Switches
from zerobyte.http.actor import Authenticator
from zerobyte.settings import Settings

__all__ = [
    "Accounts",
    "Organizations",
    "Passwords",
    "SessionAuthenticator",
    "Sessions",
    "Switches",
    "make_services",
]


def make_services(settings: Settings, sealer: Sealer) -> dict[type, object]:
    """Every service of this feature by its type, and the API's `Authenticator`."""
    organizations = Organizations(sealer)
    sessions = Sessions(settings, organizations)
    passwords = Passwords()
    switches = Switches()
    accounts = Accounts(
        passwords=passwords, switches=switches, sessions=sessions, attempts=Attempts(settings)
    )
    return {
        Accounts: accounts,
        Authenticator: SessionAuthenticator(sessions, organizations),
        Organizations: organizations,
        Passwords: passwords,
        Sessions: sessions,
        Settings: settings,
        Switches: switches,
    }
