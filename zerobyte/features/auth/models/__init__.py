"""Database rows of accounts, one topic per module; Tortoise loads the models from this list."""

from zerobyte.features.auth.models.api_keys import ApiKey
from zerobyte.features.auth.models.app_metadata import AppMetadata
from zerobyte.features.auth.models.failed_attempts import GuessCount
from zerobyte.features.auth.models.invitations import Invitation
from zerobyte.features.auth.models.organizations import AllowedRoots, Member, Organization
from zerobyte.features.auth.models.sessions import Session
from zerobyte.features.auth.models.sso import Passkey, SsoProvider, Ticket
from zerobyte.features.auth.models.two_factor import TrustedDevice, TwoFactor, TwoFactorChallenge
from zerobyte.features.auth.models.users import Account, User

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
