"""User administration on `/api/auth/admin`: create, change, ban and delete users."""

from typing import Final

from zerobyte.contract.base import Success
from zerobyte.core.errors import Conflict, Forbidden, Invalid, NotFound
from zerobyte.features.auth.present.users import user_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas import admin as schemas
from zerobyte.features.auth.schemas.common import Status
from zerobyte.features.auth.schemas.organizations import Permitted
from zerobyte.features.auth.schemas.users import UserView
from zerobyte.features.auth.service import UserAdmin
from zerobyte.features.auth.service.user_admin import has_admin_permissions
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest, Permission, Person
from zerobyte.http.endpoint import endpoint

_PATH: Final = "/admin"
_ADMIN: Final = Permission.ADMINISTRATOR


@accounts_auth.post(f"{_PATH}/create-user")
@endpoint(
    "adminCreateUser",
    tag=TAG,
    body=schemas.CreateUser,
    returns={200: schemas.UserBox},
    errors=(Invalid, Forbidden),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_CREATE_USERS",
    audit_fields=("role",),
)
async def create(
    request: HttpRequest, body: schemas.CreateUser, users: UserAdmin
) -> schemas.UserBox:
    """Create an account for a user."""
    user = await users.create(body)
    audit.add_details(request, userId=user.id)
    return schemas.UserBox(user=user_view(user))


@accounts_auth.post(f"{_PATH}/set-role")
@endpoint(
    "adminSetRole",
    tag=TAG,
    body=schemas.SetRole,
    returns={200: schemas.UserBox},
    errors=(Forbidden, NotFound, Conflict),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE",
    audit_fields=("user_id", "role"),
)
async def set_role(body: schemas.SetRole, users: UserAdmin) -> schemas.UserBox:
    """Set a user's instance role: admin or user."""
    user = await users.set_role(body.user_id, schemas.role_of(body.role))
    return schemas.UserBox(user=user_view(user))


@accounts_auth.post(f"{_PATH}/ban-user")
@endpoint(
    "adminBanUser",
    tag=TAG,
    body=schemas.BanUser,
    returns={200: schemas.UserBox},
    errors=(Invalid, Forbidden, NotFound, Conflict),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_BAN_USERS",
    audit_fields=("user_id", "ban_expires_in"),
)
async def ban(person: Person, body: schemas.BanUser, users: UserAdmin) -> schemas.UserBox:
    """Ban a user, for a time or permanently."""
    return schemas.UserBox(user=user_view(await users.ban(person, body)))


@accounts_auth.post(f"{_PATH}/unban-user")
@endpoint(
    "adminUnbanUser",
    tag=TAG,
    body=schemas.UserId,
    returns={200: schemas.UserBox},
    errors=(Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_BAN_USERS",
    audit_fields=("user_id",),
)
async def unban(body: schemas.UserId, users: UserAdmin) -> schemas.UserBox:
    """Lift a user's ban."""
    return schemas.UserBox(user=user_view(await users.unban(body.user_id)))


@accounts_auth.post(f"{_PATH}/remove-user")
@endpoint(
    "adminRemoveUser",
    tag=TAG,
    body=schemas.UserId,
    returns={200: Success},
    errors=(Invalid, Forbidden, NotFound, Conflict),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_DELETE_USERS",
    audit_fields=("user_id",),
)
async def remove(person: Person, body: schemas.UserId, users: UserAdmin) -> Success:
    """Delete a user, and the organizations with all data that only they own."""
    await users.remove(person, body.user_id)
    return Success()


@accounts_auth.post(f"{_PATH}/set-user-password")
@endpoint(
    "adminSetUserPassword",
    tag=TAG,
    body=schemas.SetPassword,
    returns={200: Status},
    errors=(Invalid, Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PASSWORD",
    audit_fields=("user_id",),
)
async def set_password(body: schemas.SetPassword, users: UserAdmin) -> Status:
    """Set a user's password; end their sessions and API keys."""
    await users.set_password(body.user_id, body.new_password)
    return Status()


@accounts_auth.post(f"{_PATH}/update-user")
@endpoint(
    "adminUpdateUser",
    tag=TAG,
    body=schemas.AdminUpdateUser,
    returns={200: UserView},
    errors=(Invalid, Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_UPDATE_USERS",
    audit_fields=("user_id",),
)
async def update(body: schemas.AdminUpdateUser, users: UserAdmin) -> UserView:
    """Change a user's name, e-mail, username or image."""
    return user_view(await users.update(body))


@accounts_auth.get(f"{_PATH}/list-users")
@endpoint(
    "adminListUsers",
    tag=TAG,
    query=schemas.UsersQuery,
    returns={200: schemas.UserPage},
    errors=(Forbidden,),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_LIST_USERS",
)
async def list_users(query: schemas.UsersQuery, users: UserAdmin) -> schemas.UserPage:
    """List users, searched, filtered and sorted."""
    rows, total = await users.list_page(query)
    return schemas.UserPage(
        users=[user_view(row) for row in rows],
        total=total,
        limit=query.limit,
        offset=query.offset,
    )


@accounts_auth.get(f"{_PATH}/get-user")
@endpoint(
    "adminGetUser",
    tag=TAG,
    query=schemas.UserQuery,
    returns={200: UserView},
    errors=(Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_GET_USER",
)
async def get_user(query: schemas.UserQuery, users: UserAdmin) -> UserView:
    """Read one user."""
    return user_view(await users.get(query.id))


@accounts_auth.post(f"{_PATH}/has-permission")
@endpoint(
    "adminHasPermission",
    tag=TAG,
    body=schemas.AdminHasPermission,
    returns={200: Permitted},
    permission=Permission.SIGNED_IN,
    errors=(NotFound,),
    audited=False,
)
async def has_permission(
    person: Person, body: schemas.AdminHasPermission, users: UserAdmin
) -> Permitted:
    """Check whether a user or a role has all these permissions."""
    role = body.role or person.instance_role
    # Only admins may learn whether another user is an admin.
    if body.user_id not in (None, person.user_id) and person.instance_role == "admin":
        role = "admin" if (await users.get(body.user_id or "")).role == "admin" else "user"
    return Permitted(success=has_admin_permissions(role, body.permissions))
