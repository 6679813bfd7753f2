"""Schemas of the public status of accounts."""

from zerobyte.contract.base import ApiModel


class Ok(ApiModel):
    """The account routes are available."""

    ok: bool = True


class ErrorQuery(ApiModel):
    """Code of the error to show."""

    error: str = "UNKNOWN"


class AuthStatus(ApiModel):
    """Setup status of the installation."""

    has_users: bool
