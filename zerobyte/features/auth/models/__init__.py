"""The rows of accounts, one family in each file; a new row is named here, where it is found."""

from zerobyte.features.auth.models.api_keys import ApiKey
from zerobyte.features.auth.models.guesses import GuessCount
from zerobyte.features.auth.models.installation import AppMetadata
from zerobyte.features.auth.models.invitations import Invitation
from zerobyte.features.auth.models.organizations import AllowedRoots, Member, Organization
from zerobyte.features.auth.models.people import Account, User
from zerobyte.features.auth.models.sessions import Session
from zerobyte.features.auth.models.sso import Passkey, SsoProvider, Ticket
from zerobyte.features.auth.models.two_factor import TrustedDevice, TwoFactor, TwoFactorChallenge

__all__ = [
    "Account",
    "AllowedRoots",
    "ApiKey",
    "AppMetadata",
    "GuessCount",
    "Invitation",
    "Member",
    "Organization",
    "Passkey",
    "Session",
    "SsoProvider",
    "Ticket",
    "TrustedDevice",
    "TwoFactor",
    "TwoFactorChallenge",
    "User",
]
