"""The routes of accounts, one family in each file, all on the two doors of `doors`."""

from zerobyte.features.auth.routes import (
    passkeys,
    public,
    sessions,
    signing_in,
    sso,
    sso_v1,
)
from zerobyte.features.auth.routes.doors import accounts_auth, auth_v1

# Importing a family puts its routes on the doors.
FAMILIES = (passkeys, public, sessions, signing_in, sso, sso_v1)

__all__ = ["FAMILIES", "accounts_auth", "auth_v1"]
