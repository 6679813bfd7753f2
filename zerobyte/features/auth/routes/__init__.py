"""Routes of accounts, one module per topic, on the two blueprints of `guards`."""

from zerobyte.features.auth.routes import auth, status, v1
from zerobyte.features.auth.routes.guards import accounts_auth, auth_v1

# Importing a module adds its routes to the blueprints.
ROUTE_MODULES = (auth, status, v1)

__all__ = ["ROUTE_MODULES", "accounts_auth", "auth_v1"]
