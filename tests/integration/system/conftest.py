"""The feature served alone, on both kinds of database."""

from tests.support.accounts import Serve, client, serve

__all__ = ["Serve", "client", "serve"]
