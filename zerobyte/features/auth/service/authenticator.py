"""Authenticates requests: by API key on `/api/v1`, otherwise by session cookie.

The checks run in this order: key or session, ban, organization, membership; one query in all.
Further requirements of an operation are in `zerobyte.http.auth.Permission`.
"""

from typing import cast

from zerobyte.core.errors import Forbidden, Unauthenticated
from zerobyte.features.auth.service.api_keys import ApiKeys
from zerobyte.features.auth.service.sessions import Sessions
from zerobyte.http import audit
from zerobyte.http.auth import (
    Actor,
    HttpRequest,
    InstanceRole,
    OrganizationRole,
    Person,
    header,
)


class RequestAuthenticator:
    """The `Authenticator` of the API."""

    def __init__(self, sessions: Sessions, keys: ApiKeys) -> None:
        self._sessions = sessions
        self._keys = keys

    async def actor_of(self, request: HttpRequest) -> Actor:
        """Return the actor in the key's or the active organization. A key overrides a cookie.

        Raises Unauthenticated, Forbidden.
        """
        key = header(request, "x-api-key")
        return await (self._by_key(request, key) if key else self._by_session(request))

    async def person_of(self, request: HttpRequest) -> Person:
        """Return the person of the session cookie. Raises Unauthenticated."""
        found = await self._sessions.require(request)
        return Person(
            user_id=found.user.id,
            user_name=found.user.name,
            instance_role=cast("InstanceRole", found.user.role),
            session_id=found.session.id,
            organization_id=found.session.active_organization_id,
        )

    async def _by_key(self, request: HttpRequest, key: str) -> Actor:
        found = await self._keys.find(key)
        if found is None:
            raise Unauthenticated("Invalid or expired session")
        user, organization_id = found.user, found.key.organization_id
        who = audit.Principal(
            user_id=user.id, name=user.name, organization_id=organization_id, source="api-key"
        )
        audit.set_principal(request, who)
        # An expired ban is lifted only when its user signs in, so keys stay rejected until then.
        if user.banned:
            raise Unauthenticated("Invalid or expired session")
        return Actor(
            user_id=user.id,
            user_name=user.name,
            organization_id=organization_id,
            organization_role=_member_role(found.role),
            instance_role=cast("InstanceRole", user.role),
            session_id=None,
            source="api-key",
        )

    async def _by_session(self, request: HttpRequest) -> Actor:
        found = await self._sessions.find(request)
        if found is None:
            raise Unauthenticated("Invalid or expired session")
        organization_id = found.session.active_organization_id
        if organization_id is None:
            raise Unauthenticated(
                "No organization is active. Choose one", code="NO_ACTIVE_ORGANIZATION"
            )
        return Actor(
            user_id=found.user.id,
            user_name=found.user.name,
            organization_id=organization_id,
            organization_role=_member_role(found.role),
            instance_role=cast("InstanceRole", found.user.role),
            session_id=found.session.id,
            source="browser",
        )


def _member_role(role: str | None) -> OrganizationRole:
    if role is None:
        raise Forbidden("Invalid organization context")
    return cast("OrganizationRole", role)
