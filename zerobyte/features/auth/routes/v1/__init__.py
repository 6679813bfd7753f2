"""Routes under `/api/v1/auth`: members, API keys, identity providers and users.

Importing a module adds its routes to the blueprint `auth_v1`.
"""

from zerobyte.features.auth.routes.v1 import admin_users, org_members, sso

__all__ = ["admin_users", "org_members", "sso"]
