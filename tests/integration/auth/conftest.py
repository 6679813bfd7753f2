"""The feature served alone, on both kinds of database, and an OpenID provider beside it."""

from tests.accounts import Serve, client, serve
from tests.oidc import oidc

__all__ = ["Serve", "client", "oidc", "serve"]
