"""Routes under `/api/auth`: sign-in, profile, organizations and the administration of users.

Importing a module adds its routes to the blueprint `accounts_auth`.
"""

from zerobyte.features.auth.routes.auth import (
    admin,
    admin_sessions,
    members,
    organizations,
    passkeys,
    profile,
    sessions,
    sign_in,
    sso,
    two_factor,
    unsupported,
)

__all__ = [
    "admin",
    "admin_sessions",
    "members",
    "organizations",
    "passkeys",
    "profile",
    "sessions",
    "sign_in",
    "sso",
    "two_factor",
    "unsupported",
]
