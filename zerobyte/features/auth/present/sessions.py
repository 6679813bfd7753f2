"""API schemas of sessions."""

from typing import cast

from zerobyte.core import clock
from zerobyte.features.auth.models import Session
from zerobyte.features.auth.schemas.sessions import SessionView


def session_view(session: Session) -> SessionView:
    """Return a session with its id as token; the real token is in no response."""
    return SessionView(
        expires_at=clock.iso(cast("int", session.expires_at)),
        token=session.id,
        created_at=clock.iso(session.created_at),
        updated_at=clock.iso(session.updated_at),
        ip_address=session.ip_address,
        user_agent=session.user_agent,
        user_id=session.user_id,
        impersonated_by=session.impersonated_by,
        active_organization_id=session.active_organization_id,
        auth_source=session.auth_source,
        id=session.id,
    )
