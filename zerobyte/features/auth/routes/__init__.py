"""The routes of accounts, one family in each file, all on the two doors of `doors`."""

from zerobyte.features.auth.routes import (
    admin,
    admin_sessions,
    admin_users,
    members,
    org_members,
    organizations,
    passkeys,
    profile,
    sessions,
    sign_in,
    sso,
    sso_v1,
    status,
    two_factor,
    unsupported,
)
from zerobyte.features.auth.routes.guards import accounts_auth, auth_v1

# Importing a family puts its routes on the doors.
FAMILIES = (
    unsupported,
    admin,
    admin_sessions,
    admin_users,
    members,
    org_members,
    organizations,
    passkeys,
    profile,
    status,
    sessions,
    sign_in,
    sso,
    sso_v1,
    two_factor,
)

__all__ = ["FAMILIES", "accounts_auth", "auth_v1"]
