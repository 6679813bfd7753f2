"""The rules of accounts, sessions and organizations, one family of verbs in each file."""

from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.service.accounts import Accounts
from zerobyte.features.auth.service.attempts import Attempts
from zerobyte.features.auth.service.authenticator import SessionAuthenticator
from zerobyte.features.auth.service.challenges import Challenges
from zerobyte.features.auth.service.cookies import Cookies
from zerobyte.features.auth.service.credentials import Credentials
from zerobyte.features.auth.service.devices import TrustedDevices
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.features.auth.service.passwords import Passwords
from zerobyte.features.auth.service.profile import Profile
from zerobyte.features.auth.service.second_step import SecondStep
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.features.auth.service.switches import Switches
from zerobyte.features.auth.service.two_factor import TwoFactors
from zerobyte.http.actor import Authenticator
from zerobyte.settings import Settings

__all__ = [
    "Accounts",
    "Attempts",
    "Cookies",
    "Credentials",
    "Organizations",
    "Passwords",
    "Profile",
    "SecondStep",
    "SessionAuthenticator",
    "Sessions",
    "Switches",
    "TwoFactors",
    "make_services",
]


def make_services(settings: Settings, sealer: Sealer) -> dict[type, object]:
    """Every service of this feature by its type, and the API's `Authenticator`."""
    organizations = Organizations(sealer)
    cookies = Cookies(settings)
    sessions = Sessions(cookies, organizations)
    attempts, passwords, switches = Attempts(settings), Passwords(), Switches()
    credentials = Credentials(passwords=passwords, attempts=attempts)
    challenges, devices = Challenges(cookies), TrustedDevices(cookies)
    two_factors = TwoFactors(sealer)
    accounts = Accounts(
        passwords=passwords,
        switches=switches,
        sessions=sessions,
        attempts=attempts,
        credentials=credentials,
        challenges=challenges,
        devices=devices,
    )
    second_step = SecondStep(
        sessions=sessions,
        attempts=attempts,
        challenges=challenges,
        devices=devices,
        two_factors=two_factors,
    )
    profile = Profile(
        sessions=sessions, credentials=credentials, switches=switches, attempts=attempts
    )
    parts: tuple[object, ...] = (
        accounts, attempts, cookies, credentials, organizations, passwords, profile, second_step,
        sessions, settings, switches, two_factors,
    )  # fmt: skip
    services: dict[type, object] = {type(part): part for part in parts}
    services[Authenticator] = SessionAuthenticator(sessions, organizations)
    return services
