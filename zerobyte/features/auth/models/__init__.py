"""The rows of accounts, one family in each file; a new row is named here, where it is found."""

from zerobyte.features.auth.models.installation import AppMetadata
from zerobyte.features.auth.models.organizations import Member, Organization
from zerobyte.features.auth.models.people import Account, User
from zerobyte.features.auth.models.sessions import Session

__all__ = ["Account", "AppMetadata", "Member", "Organization", "Session", "User"]
