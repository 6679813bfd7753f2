"""Schemas of sessions."""

from zerobyte.contract.base import ApiModel
from zerobyte.features.auth.schemas.users import UserView


class SessionView(ApiModel):
    """A session. `token` identifies it for `revoke-session`; it is not the cookie's token."""

    expires_at: str
    token: str
    created_at: str
    updated_at: str
    ip_address: str
    user_agent: str
    user_id: str
    impersonated_by: str | None
    active_organization_id: str | None
    auth_source: str
    id: str


class CurrentSession(ApiModel):
    """The current session and its user."""

    session: SessionView
    user: UserView


class RevokeSession(ApiModel):
    """End one session."""

    token: str
