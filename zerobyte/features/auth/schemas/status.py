"""What anybody may ask of accounts."""

from zerobyte.contract.base import Wire


class Ok(Wire):
    """The accounts answer."""

    ok: bool = True


class ErrorQuery(Wire):
    """Which error to show."""

    error: str = "UNKNOWN"


class AuthStatus(Wire):
    """Whether the installation has been set up."""

    has_users: bool
