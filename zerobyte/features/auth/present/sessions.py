"""Sessions as the API shows them."""

from typing import cast

from zerobyte.core import clock
from zerobyte.features.auth.models import Session
from zerobyte.features.auth.schemas.sessions import SessionView
from zerobyte.features.auth.service.sessions import SignedIn


def session_view(found: SignedIn) -> SessionView:
    """The session of the browser that asks; it knows its own token already."""
    return _view(found.session, found.token)


def named_session_view(session: Session) -> SessionView:
    """A session in a list: `token` is only its name there, good for ending it."""
    return _view(session, session.id)


def _view(session: Session, token: str) -> SessionView:
    return SessionView(
        expires_at=clock.iso(cast("int", session.expires_at)),
        token=token,
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
