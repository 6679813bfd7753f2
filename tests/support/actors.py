"""An actor without sign-in: organization in `x-test-organization`, role in `x-test-role`.

`x-test-instance-role` and `x-test-source` say whether they are an instance admin or an API key.
"""

from typing import Any, cast

from zerobyte.core.errors import Unauthenticated
from zerobyte.http.auth import Actor, HttpRequest, OrganizationRole, header


class HeaderAuthenticator:
    """Trust the header; a request without it is not signed in."""

    def __init__(self, role: OrganizationRole = "owner") -> None:
        self._role: OrganizationRole = role

    async def actor_of(self, request: HttpRequest) -> Actor:
        organization = header(request, "x-test-organization")
        if not organization:
            raise Unauthenticated("Invalid or expired session")
        role = cast("OrganizationRole", header(request, "x-test-role") or self._role)
        return Actor(
            user_id="u1",
            user_name="Ada",
            organization_id=organization,
            organization_role=role,
            instance_role=cast("Any", header(request, "x-test-instance-role") or "user"),
            session_id="s1",
            source=cast("Any", header(request, "x-test-source") or "browser"),
        )
