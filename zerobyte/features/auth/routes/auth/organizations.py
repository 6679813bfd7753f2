"""Organizations: list, activate, change and delete."""

from typing import Final

from zerobyte.contract.base import Success
from zerobyte.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)
from zerobyte.features.auth.present.organizations import (
    full_organization_view,
    organization_view,
)
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas import organizations as schemas
from zerobyte.features.auth.schemas.common import Status
from zerobyte.features.auth.service import Invitations, OrganizationEditor, Sessions
from zerobyte.features.auth.service.members import ADMINS, members_of
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest, Permission, Person
from zerobyte.http.endpoint import endpoint

_PATH: Final = "/organization"


@accounts_auth.get(f"{_PATH}/list")
@endpoint(
    "listOrganizations",
    tag=TAG,
    returns={200: list[schemas.OrganizationView]},
    permission=Permission.SIGNED_IN,
)
async def list_all(person: Person, edits: OrganizationEditor) -> list[schemas.OrganizationView]:
    """List the user's organizations."""
    return [organization_view(row) for row in await edits.list_all(person)]


@accounts_auth.get(f"{_PATH}/get-full-organization")
@endpoint(
    "getFullOrganization",
    tag=TAG,
    query=schemas.FullQuery,
    returns={200: schemas.FullOrganization | None},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def get_full(
    person: Person, query: schemas.FullQuery, edits: OrganizationEditor, invitations: Invitations
) -> schemas.FullOrganization | None:
    """Read an organization with its members and invitations; null if none is active."""
    found = await edits.find(person, query)
    if found is None:
        return None
    row, place = found
    return full_organization_view(
        row,
        members=await members_of(row.id),
        invitations=await invitations.list_all(row.id),
        may_invite=place.role in ADMINS,
    )


@accounts_auth.post(f"{_PATH}/set-active")
@endpoint(
    "setActiveOrganization",
    tag=TAG,
    body=schemas.SetActive,
    returns={200: schemas.OrganizationView | None},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
    audited=False,
)
async def set_active(
    request: HttpRequest,
    person: Person,
    body: schemas.SetActive,
    edits: OrganizationEditor,
    sessions: Sessions,
) -> schemas.OrganizationView | None:
    """Set the active organization; null clears it."""
    row = await edits.set_active(person, body)
    sessions.send_cookie(request, await sessions.require(request))
    return row and organization_view(row)


@accounts_auth.post(f"{_PATH}/create")
@endpoint(
    "createOrganization",
    tag=TAG,
    returns={200: schemas.OrganizationView},
    errors=(Forbidden,),
    permission=Permission.SIGNED_IN,
)
async def create() -> schemas.OrganizationView:
    """Always rejected: organizations are created only with their first user."""
    raise Forbidden(
        "You are not allowed to create a new organization",
        code="YOU_ARE_NOT_ALLOWED_TO_CREATE_A_NEW_ORGANIZATION",
    )


@accounts_auth.post(f"{_PATH}/update")
@endpoint(
    "updateOrganization",
    tag=TAG,
    body=schemas.UpdateOrganization,
    returns={200: schemas.OrganizationView},
    errors=(Invalid, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def update(
    request: HttpRequest,
    person: Person,
    body: schemas.UpdateOrganization,
    edits: OrganizationEditor,
) -> schemas.OrganizationView:
    """Change an organization's name, slug or logo."""
    row = await edits.update(person, body)
    audit.add_details(request, organization_id=row.id)
    return organization_view(row)


@accounts_auth.post(f"{_PATH}/delete")
@endpoint(
    "deleteOrganization",
    tag=TAG,
    body=schemas.DeleteOrganization,
    returns={200: schemas.OrganizationView},
    errors=(Unauthenticated, Forbidden, Conflict, TooManyRequests),
    permission=Permission.SIGNED_IN,
    audit_fields=("organization_id",),
)
async def delete(
    person: Person, body: schemas.DeleteOrganization, edits: OrganizationEditor
) -> schemas.OrganizationView:
    """Delete an empty organization; its owner must confirm the password."""
    return organization_view(await edits.delete(person, body))


@accounts_auth.post(f"{_PATH}/check-slug")
@endpoint(
    "checkOrganizationSlug",
    tag=TAG,
    body=schemas.CheckSlug,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.SIGNED_IN,
    audited=False,
)
async def check_slug(body: schemas.CheckSlug, edits: OrganizationEditor) -> Status:
    """Check whether a slug is free."""
    await edits.check_slug(body.slug)
    return Status()


@accounts_auth.post(f"{_PATH}/has-permission")
@endpoint(
    "hasOrganizationPermission",
    tag=TAG,
    body=schemas.HasPermission,
    returns={200: schemas.Permitted},
    errors=(Invalid,),
    permission=Permission.SIGNED_IN,
    audited=False,
)
async def has_permission(
    person: Person, body: schemas.HasPermission, edits: OrganizationEditor
) -> schemas.Permitted:
    """Check whether the user has all these permissions."""
    return schemas.Permitted(success=await edits.has_permission(person, body))


@accounts_auth.post(f"{_PATH}/remove-member")
@endpoint(
    "removeMember",
    tag=TAG,
    returns={200: Success},
    errors=(NotFound,),
    permission=Permission.PUBLIC,
    audited=False,
)
async def remove_member() -> Success:
    """Always rejected: use `/api/v1/auth/org-members` to remove members."""
    raise _elsewhere()


@accounts_auth.post(f"{_PATH}/leave")
@endpoint(
    "leaveOrganization",
    tag=TAG,
    returns={200: Success},
    errors=(NotFound,),
    permission=Permission.PUBLIC,
    audited=False,
)
async def leave() -> Success:
    """Always rejected: use `/api/v1/auth/org-members` to remove members."""
    raise _elsewhere()


def _elsewhere() -> NotFound:
    return NotFound("Organization member removal is only supported through API v1 routes")
