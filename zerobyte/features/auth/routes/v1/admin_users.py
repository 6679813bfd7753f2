"""User administration on `/api/v1/auth`: users, their ways to sign in, effects of a deletion."""

from zerobyte.contract.base import Success
from zerobyte.core.errors import Conflict, NotFound
from zerobyte.features.auth.present.users import admin_user_view, impact_view
from zerobyte.features.auth.routes.guards import TAG, auth_v1
from zerobyte.features.auth.schemas.admin import AdminUsers, DeletionImpact
from zerobyte.features.auth.service import UserAdmin
from zerobyte.http.auth import Permission
from zerobyte.http.endpoint import endpoint


@auth_v1.get("/admin-users")
@endpoint("getAdminUsers", tag=TAG, returns={200: AdminUsers}, permission=Permission.INSTANCE_ADMIN)
async def list_users(users: UserAdmin) -> AdminUsers:
    """List the first 100 users with their ways to sign in."""
    rows, total = await users.list_with_accounts()
    return AdminUsers(users=[admin_user_view(*row) for row in rows], total=total)


@auth_v1.delete("/admin-users/<user_id:str>/accounts/<account_id:str>")
@endpoint(
    "deleteUserAccount",
    tag=TAG,
    returns={200: Success},
    errors=(NotFound, Conflict),
    permission=Permission.INSTANCE_ADMIN,
)
async def delete_account(user_id: str, account_id: str, users: UserAdmin) -> Success:
    """Delete a user's way to sign in, unless it is the last."""
    await users.delete_account(user_id, account_id)
    return Success()


@auth_v1.get("/deletion-impact/<user_id:str>")
@endpoint(
    "getUserDeletionImpact",
    tag=TAG,
    returns={200: DeletionImpact},
    permission=Permission.INSTANCE_ADMIN,
)
async def impact(user_id: str, users: UserAdmin) -> DeletionImpact:
    """List the organizations, with their contents, that would be deleted with a user."""
    return impact_view(await users.deletion_impact(user_id))
