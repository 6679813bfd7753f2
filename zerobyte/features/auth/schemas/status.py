"""What anybody may ask of accounts."""

from zerobyte.contract.base import ApiModel


class Ok(ApiModel):
    """The accounts answer."""

    ok: bool = True


class ErrorQuery(ApiModel):
    """Which error to show."""

    error: str = "UNKNOWN"


class AuthStatus(ApiModel):
    """Whether the installation has been set up."""

    has_users: bool
