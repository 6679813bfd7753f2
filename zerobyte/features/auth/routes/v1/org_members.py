"""Members of the active organization and the user's API keys, on `/api/v1/auth`."""

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
from zerobyte.features.auth.present.api_keys import key_view, new_key_view
from zerobyte.features.auth.present.organizations import org_member_view
from zerobyte.features.auth.routes.guards import TAG, auth_v1
from zerobyte.features.auth.schemas.api_keys import ApiKeyList, CreateApiKey, NewApiKey
from zerobyte.features.auth.schemas.organizations import OrgMembers, SetOrgMemberRole
from zerobyte.features.auth.service import ApiKeys, Members
from zerobyte.features.auth.service.api_keys import LIMIT
from zerobyte.http import audit
from zerobyte.http.auth import Actor, HttpRequest, Permission
from zerobyte.http.endpoint import endpoint

_KEYS: Final = "API Keys"


@auth_v1.get("/org-members")
@endpoint("getOrgMembers", tag=TAG, returns={200: OrgMembers}, permission=Permission.ORG_ADMIN)
async def list_members(actor: Actor, members: Members) -> OrgMembers:
    """List the members of the active organization."""
    return OrgMembers(members=[org_member_view(row) for row in await members.list_all(actor)])


@auth_v1.patch("/org-members/<member_id:str>/role")
@endpoint(
    "updateMemberRole",
    tag=TAG,
    body=SetOrgMemberRole,
    returns={200: Success},
    errors=(Forbidden, NotFound),
    permission=Permission.ORG_ADMIN_BROWSER,
    audit_fields=("role",),
)
async def set_role(
    actor: Actor, member_id: str, body: SetOrgMemberRole, members: Members
) -> Success:
    """Make a member an admin or a plain member; the role of owners cannot change."""
    await members.set_role(actor, member_id, body.role)
    return Success()


@auth_v1.delete("/org-members/<member_id:str>")
@endpoint(
    "removeOrgMember",
    tag=TAG,
    returns={200: Success},
    errors=(Forbidden, NotFound),
    permission=Permission.ORG_ADMIN_BROWSER,
)
async def remove(request: HttpRequest, actor: Actor, member_id: str, members: Members) -> Success:
    """Remove a member from the organization, with their API keys for it."""
    member = await members.remove(actor, member_id)
    audit.add_details(request, userId=member.user_id)
    return Success()


@auth_v1.get("/api-keys")
@endpoint("getApiKeys", tag=_KEYS, returns={200: ApiKeyList}, permission=Permission.BROWSER)
async def list_keys(actor: Actor, keys: ApiKeys) -> ApiKeyList:
    """List the user's keys in the active organization, newest first."""
    rows = await keys.list_all(actor)
    return ApiKeyList(api_keys=[key_view(row) for row in rows], limit=LIMIT)


@auth_v1.post("/api-keys")
@endpoint(
    "createApiKey",
    tag=_KEYS,
    body=CreateApiKey,
    returns={200: NewApiKey},
    errors=(Invalid, Unauthenticated, Forbidden, Conflict, TooManyRequests),
    permission=Permission.BROWSER,
)
async def create_key(
    request: HttpRequest, actor: Actor, body: CreateApiKey, keys: ApiKeys
) -> NewApiKey:
    """Create a key that acts for the user in the active organization; it is shown only once."""
    row, key = await keys.create(actor, body)
    audit.add_details(request, keyId=row.id)
    return new_key_view(row, key)


@auth_v1.delete("/api-keys/<key_id:str>")
@endpoint(
    "deleteApiKey",
    tag=_KEYS,
    returns={200: Success},
    errors=(NotFound,),
    permission=Permission.BROWSER,
)
async def delete_key(actor: Actor, key_id: str, keys: ApiKeys) -> Success:
    """Delete one of the user's keys in the active organization."""
    await keys.delete(actor, key_id)
    return Success()
