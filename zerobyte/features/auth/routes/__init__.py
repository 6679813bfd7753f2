"""The routes of accounts, one family in each file, all on the two doors of `doors`."""

from zerobyte.features.auth.routes import (
    absent,
    admin,
    admin_sessions,
    admin_users,
    members,
    org_members,
    organizations,
    passkeys,
    profile,
    public,
    sessions,
    signing_in,
    sso,
    sso_v1,
    two_factor,
)
from zerobyte.features.auth.routes.doors import accounts_auth, auth_v1

# Importing a family puts its routes on the doors.
FAMILIES = (
    absent,
    admin,
    admin_sessions,
    admin_users,
    members,
    org_members,
    organizations,
    passkeys,
    profile,
    public,
    sessions,
    signing_in,
    sso,
    sso_v1,
    two_factor,
)

__all__ = ["FAMILIES", "accounts_auth", "auth_v1"]
