"""The rules of accounts, sessions and organizations, one family of verbs in each file."""

from zerobyte.core.secrets import Sealer
from zerobyte.features.audit.service import AuditTrail
from zerobyte.features.auth.service.accounts import Accounts
from zerobyte.features.auth.service.api_keys import ApiKeys
from zerobyte.features.auth.service.attempts import Attempts
from zerobyte.features.auth.service.authenticator import RequestAuthenticator
from zerobyte.features.auth.service.deletions import Deletions
from zerobyte.features.auth.service.impersonation import Impersonation
from zerobyte.features.auth.service.invitations import Invitations
from zerobyte.features.auth.service.members import Members
from zerobyte.features.auth.service.organization_edits import OrganizationEdits
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.features.auth.service.passwords import Passwords
from zerobyte.features.auth.service.people import People
from zerobyte.features.auth.service.second_factor import SecondFactor
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.switches import Switches
from zerobyte.http.actor import Authenticator
from zerobyte.http.audit import Auditor
from zerobyte.settings import Settings

__all__ = [
    "Accounts",
    "ApiKeys",
    "Deletions",
    "Impersonation",
    "Invitations",
    "Members",
    "OrganizationEdits",
    "Organizations",
    "Passwords",
    "People",
    "RequestAuthenticator",
    "SecondFactor",
    "Sessions",
    "Switches",
    "make_services",
]


def make_services(settings: Settings, sealer: Sealer) -> dict[type, object]:
    """Every service of this feature by its type, and the API's `Authenticator` and `Auditor`."""
    organizations = Organizations(sealer)
    sessions = Sessions(settings, organizations)
    passwords = Passwords()
    switches = Switches()
    accounts = Accounts(
        passwords=passwords, switches=switches, sessions=sessions, attempts=Attempts(settings)
    )
    keys = ApiKeys(accounts)
    deletions = Deletions()
    trail = AuditTrail()
    parts: tuple[object, ...] = (
        accounts, deletions, keys, organizations, passwords, sessions, settings, switches, trail,
        Impersonation(sessions), Invitations(), Members(), OrganizationEdits(accounts, deletions),
        People(passwords, deletions), SecondFactor(),
    )  # fmt: skip
    services: dict[type, object] = {type(part): part for part in parts}
    return services | {Authenticator: RequestAuthenticator(sessions, keys), Auditor: trail}
