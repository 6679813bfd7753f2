"""Recognises who asks on `/api/v1`: by the browser's session.

Owns the order of the guard: session, organization, membership. What an operation demands beyond
that is `zerobyte.http.actor.Permission`.
"""

from typing import cast

from zerobyte.core.errors import Forbidden, Unauthenticated
from zerobyte.features.auth.service.organizations import Organizations
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.http.actor import Actor, HttpRequest, InstanceRole, OrganizationRole, header


class SessionAuthenticator:
    """The `Authenticator` of the API."""

    def __init__(self, sessions: Sessions, organizations: Organizations) -> None:
        self._sessions = sessions
        self._organizations = organizations

    async def actor_of(self, request: HttpRequest) -> Actor:
        """Who asks, in their active organization.

        Raises Unauthenticated, Forbidden.
        """
        if header(request, "x-api-key"):
            # A key that is shown wins over a cookie, and there are none yet.
            raise Unauthenticated("Invalid or expired session")
        found = await self._sessions.find(request)
        if found is None:
            raise Unauthenticated("Invalid or expired session")
        organization_id = found.session.active_organization_id
        if organization_id is None:
            raise Unauthenticated(
                "No organization is active. Choose one", code="NO_ACTIVE_ORGANIZATION"
            )
        if found.role is None:
            raise Forbidden("Invalid organization context")
        return Actor(
            user_id=found.user.id,
            user_name=found.user.name,
            organization_id=organization_id,
            organization_role=cast("OrganizationRole", found.role),
            instance_role=cast("InstanceRole", found.user.role),
            session_id=found.session.id,
            source="browser",
        )
