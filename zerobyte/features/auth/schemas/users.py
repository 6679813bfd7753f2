"""Schemas of users."""

from zerobyte.contract.base import ApiModel


class UserView(ApiModel):
    """A user as visible to themselves. Times are ISO 8601."""

    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: str
    updated_at: str
    username: str
    display_username: str | None
    role: str
    banned: bool
    ban_reason: str | None
    ban_expires: str | None
    two_factor_enabled: bool
    has_downloaded_restic_password: bool
    date_format: str
    time_format: str
    id: str
