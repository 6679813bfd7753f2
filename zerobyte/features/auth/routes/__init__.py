"""The routes of accounts, one family in each file, all on the two doors of `doors`."""

from zerobyte.features.auth.routes import (
    admin,
    admin_sessions,
    admin_users,
    members,
    org_members,
    organizations,
    public,
    sessions,
    signing_in,
)
from zerobyte.features.auth.routes.doors import accounts_auth, auth_v1

# Importing a family puts its routes on the doors.
FAMILIES = (
    admin,
    admin_sessions,
    admin_users,
    members,
    org_members,
    organizations,
    public,
    sessions,
    signing_in,
)

__all__ = ["FAMILIES", "accounts_auth", "auth_v1"]
