"""Who asks, and what an operation demands of them.

Owns the words of permission. Refuses to know how somebody is recognised: a feature supplies an
`Authenticator`, which the composition root registers in `app.ctx.services`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, Protocol, TypeAlias, cast

from sanic import Request

from zerobyte.core.errors import Forbidden, Unauthenticated

# Sanic's request is generic over its app and its context; no route of ours depends on either.
HttpRequest: TypeAlias = Request[Any, Any]


def header(request: HttpRequest, name: str) -> str:
    """A request header's text, as `strip_unstorable`; an absent one is empty."""
    return strip_unstorable(cast("str | None", request.headers.get(name)) or "")


def strip_unstorable(text: str) -> str:
    """A text of a request's head without what can neither be stored nor shown.

    Bytes that are no UTF-8 reach us as lone surrogates: no database takes them, nor a NUL.
    """
    return text.encode("utf-8", "replace").decode().replace("\0", "")


OrganizationRole = Literal["owner", "admin", "member"]
InstanceRole = Literal["admin", "user"]

_ADMINS: tuple[OrganizationRole, ...] = ("owner", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The signed-in person, in the organization that the request is about.

    session_id      None when an API key was shown.
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
    """The signed-in person of a browser, whether or not an organization is active.

    organization_id     the active one, not checked for membership.
    """

    user_id: str
    user_name: str
    instance_role: InstanceRole
    session_id: str
    organization_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Demand:
    """What a permission asks for; `name` keeps equal demands distinct members of the enum."""

    name: str
    browser: bool = False
    instance_admin: bool = False
    organization: bool = True
    roles: tuple[OrganizationRole, ...] = ("owner", "admin", "member")


class Permission(Enum):
    """What an operation demands, checked after authentication and before the body is read.

    The order is the contract's: how they signed in (401), instance role (403), organization
    role (403). An instance admin has no access to other organizations' data.
    """

    PUBLIC = _Demand(name="public")
    MEMBER = _Demand(name="member")
    BROWSER = _Demand(name="browser", browser=True)
    ORG_ADMIN = _Demand(name="org-admin", roles=_ADMINS)
    ORG_ADMIN_BROWSER = _Demand(name="org-admin-browser", browser=True, roles=_ADMINS)
    ORG_OWNER = _Demand(name="org-owner", browser=True, roles=("owner",))
    RECOVERY = _Demand(name="recovery", browser=True, roles=_ADMINS)
    INSTANCE_ADMIN = _Demand(name="instance-admin", browser=True, instance_admin=True)
    INSTANCE_READER = _Demand(name="instance-reader", instance_admin=True)
    # Of `/api/auth`: these need a browser's session, but no organization to be active.
    SIGNED_IN = _Demand(name="signed-in", browser=True, organization=False)
    ADMINISTRATOR = _Demand(
        name="administrator", browser=True, instance_admin=True, organization=False
    )

    @property
    def needs_browser(self) -> bool:
        """Whether an API key is refused."""
        return self.value.browser

    @property
    def needs_organization(self) -> bool:
        """Whether there must be an active organization that the person belongs to."""
        return self.value.organization

    @property
    def is_instance_wide(self) -> bool:
        """Whether it is about the installation, and not about one organization."""
        return self.value.instance_admin

    def check_person(self, person: Person) -> None:
        """Refuse a person who may not do this; for what needs no organization."""
        if self.value.instance_admin and person.instance_role != "admin":
            raise Forbidden("Forbidden")

    def check(self, actor: Actor) -> None:
        """Refuse an actor who may not do this."""
        demand = self.value
        if demand.browser and actor.source != "browser":
            raise Unauthenticated("Browser session required")
        if demand.instance_admin and actor.instance_role != "admin":
            raise Forbidden("Forbidden")
        if actor.organization_role not in demand.roles:
            raise Forbidden("Forbidden")


class Authenticator(Protocol):
    """Recognises who asks. Found in `app.ctx.services` under this class."""

    async def actor_of(self, request: HttpRequest) -> Actor:
        """The actor of a request to `/api/v1`.

        Raises
            Unauthenticated     nobody is signed in, or no longer, or without an organization.
            Forbidden           signed in, but no member of the organization any more.
        """
        ...

    async def person_of(self, request: HttpRequest) -> Person:
        """The person of a request to `/api/auth`.

        Raises Unauthenticated.
        """
        ...
