"""Actors and the permissions that operations require.

A feature supplies the `Authenticator`; `app.ctx.services` holds it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, Protocol, TypeAlias, cast

from sanic import Request

from zerobyte.core.errors import Forbidden, Unauthenticated

# Sanic's request is generic over its app and its context; our routes depend on neither.
HttpRequest: TypeAlias = Request[Any, Any]


def header(request: HttpRequest, name: str) -> str:
    """Return a request header without unstorable characters; empty if it is absent."""
    return strip_unstorable(cast("str | None", request.headers.get(name)) or "")


def strip_unstorable(text: str) -> str:
    """Remove NULs and lone surrogates from a text of the request head.

    Bytes that are not UTF-8 arrive as lone surrogates; databases store neither these nor NULs.
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "")


OrganizationRole = Literal["owner", "admin", "member"]
InstanceRole = Literal["admin", "user"]

_ADMINS: tuple[OrganizationRole, ...] = ("owner", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The authenticated user in the organization of the request.

    session_id      None for an API key.
    """

    user_id: str
    user_name: str
    organization_id: str
    organization_role: OrganizationRole
    instance_role: InstanceRole
    session_id: str | None
    source: Literal["browser", "api-key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The user of a browser session, with or without an active organization.

    organization_id     the active one, not checked for membership.
    """

    user_id: str
    user_name: str
    instance_role: InstanceRole
    session_id: str
    organization_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Requirement:
    """The conditions of a permission; `name` keeps equal conditions distinct enum members."""

    name: str
    browser: bool = False
    instance_admin: bool = False
    organization: bool = True
    roles: tuple[OrganizationRole, ...] = ("owner", "admin", "member")


class Permission(Enum):
    """What an operation requires, checked after authentication and before the body is read.

    The contract sets the order: source of the session (401), instance role (403), organization
    role (403). An instance admin has no access to other organizations' data.
    """

    PUBLIC = _Requirement(name="public")
    MEMBER = _Requirement(name="member")
    BROWSER = _Requirement(name="browser", browser=True)
    ORG_ADMIN = _Requirement(name="org-admin", roles=_ADMINS)
    ORG_ADMIN_BROWSER = _Requirement(name="org-admin-browser", browser=True, roles=_ADMINS)
    ORG_OWNER = _Requirement(name="org-owner", browser=True, roles=("owner",))
    RECOVERY = _Requirement(name="recovery", browser=True, roles=_ADMINS)
    INSTANCE_ADMIN = _Requirement(name="instance-admin", browser=True, instance_admin=True)
    INSTANCE_READER = _Requirement(name="instance-reader", instance_admin=True)
    # For `/api/auth`: these need a browser session, but no active organization.
    SIGNED_IN = _Requirement(name="signed-in", browser=True, organization=False)
    ADMINISTRATOR = _Requirement(
        name="administrator", browser=True, instance_admin=True, organization=False
    )

    @property
    def needs_browser(self) -> bool:
        """Return True if API keys are rejected."""
        return self.value.browser

    @property
    def needs_organization(self) -> bool:
        """Return True if the user must be a member of the active organization."""
        return self.value.organization

    @property
    def is_instance_wide(self) -> bool:
        """Return True if it concerns the instance and not one organization."""
        return self.value.instance_admin

    def check_person(self, person: Person) -> None:
        """Raise Forbidden if the user lacks this permission."""
        if self.value.instance_admin and person.instance_role != "admin":
            raise Forbidden("Forbidden")

    def check(self, actor: Actor) -> None:
        """Raise Unauthenticated or Forbidden if the actor lacks this permission."""
        required = self.value
        if required.browser and actor.source != "browser":
            raise Unauthenticated("Browser session required")
        if required.instance_admin and actor.instance_role != "admin":
            raise Forbidden("Forbidden")
        if actor.organization_role not in required.roles:
            raise Forbidden("Forbidden")


class Authenticator(Protocol):
    """Authenticates requests. Found in `app.ctx.services` under this class."""

    async def actor_of(self, request: HttpRequest) -> Actor:
        """Return the actor of a request to `/api/v1`.

        Raises
            Unauthenticated     no valid session or API key, or no active organization.
            Forbidden           the user is no longer a member of the organization.
        """
        ...

    async def person_of(self, request: HttpRequest) -> Person:
        """Return the user of a request to `/api/auth`.

        Raises Unauthenticated.
        """
        ...
