"""The administration of people on `/api/v1/auth`: who they are, and what would go with them."""

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
async def list_users(people: UserAdmin) -> AdminUsers:
    """List the first hundred people with their ways to sign in."""
    rows, total = await people.with_accounts()
    return AdminUsers(users=[admin_user_view(*row) for row in rows], total=total)


@auth_v1.delete("/admin-users/<user_id:str>/accounts/<account_id:str>")
@endpoint(
    "deleteUserAccount",
    tag=TAG,
    returns={200: Success},
    errors=(NotFound, Conflict),
    permission=Permission.INSTANCE_ADMIN,
)
async def delete_account(user_id: str, account_id: str, people: UserAdmin) -> Success:
    """Take one way to sign in from somebody, unless it is their last."""
    await people.delete_account(user_id, account_id)
    return Success()


@auth_v1.get("/deletion-impact/<user_id:str>")
@endpoint(
    "getUserDeletionImpact",
    tag=TAG,
    returns={200: DeletionImpact},
    permission=Permission.INSTANCE_ADMIN,
)
async def impact(user_id: str, people: UserAdmin) -> DeletionImpact:
    """Read which organizations, with what in them, would go with a person."""
    return impact_view(await people.impact(user_id))
