"""The administration of people on `/api/auth/admin`: made, changed, banned and removed."""

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
from zerobyte.features.auth.service.user_admin import may_administer
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
    request: HttpRequest, body: schemas.CreateUser, people: UserAdmin
) -> schemas.UserBox:
    """Make an account for somebody."""
    user = await people.create(body)
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
async def set_role(body: schemas.SetRole, people: UserAdmin) -> schemas.UserBox:
    """Make somebody an admin of the instance, or a plain user."""
    user = await people.set_role(body.user_id, schemas.role_of(body.role))
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
async def ban(person: Person, body: schemas.BanUser, people: UserAdmin) -> schemas.UserBox:
    """Shut somebody out, for a time or for good."""
    return schemas.UserBox(user=user_view(await people.ban(person, body)))


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
async def unban(body: schemas.UserId, people: UserAdmin) -> schemas.UserBox:
    """Let somebody in again."""
    return schemas.UserBox(user=user_view(await people.unban(body.user_id)))


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
async def remove(person: Person, body: schemas.UserId, people: UserAdmin) -> Success:
    """Delete somebody, and the organizations with all data that only they own."""
    await people.remove(person, body.user_id)
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
async def set_password(body: schemas.SetPassword, people: UserAdmin) -> Status:
    """Give somebody another password; their sessions and API keys end."""
    await people.set_password(body.user_id, body.new_password)
    return Status()


@accounts_auth.post(f"{_PATH}/update-user")
@endpoint(
    "adminUpdateUser",
    tag=TAG,
    body=schemas.UpdateUser,
    returns={200: UserView},
    errors=(Invalid, Forbidden, NotFound),
    permission=_ADMIN,
    forbidden_code="YOU_ARE_NOT_ALLOWED_TO_UPDATE_USERS",
    audit_fields=("user_id",),
)
async def update(body: schemas.UpdateUser, people: UserAdmin) -> UserView:
    """Change somebody's name, e-mail, username or image."""
    return user_view(await people.update(body))


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
async def list_users(query: schemas.UsersQuery, people: UserAdmin) -> schemas.UserPage:
    """List people, searched, filtered and sorted."""
    rows, total = await people.page(query)
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
async def get_user(query: schemas.UserQuery, people: UserAdmin) -> UserView:
    """Read one person."""
    return user_view(await people.get(query.id))


@accounts_auth.post(f"{_PATH}/has-permission")
@endpoint(
    "adminHasPermission",
    tag=TAG,
    body=schemas.AdminHasPermission,
    returns={200: Permitted},
    permission=Permission.SIGNED_IN,
    audited=False,
)
async def has_permission(
    person: Person, body: schemas.AdminHasPermission, people: UserAdmin
) -> Permitted:
    """Find out whether somebody, or a role, may do all of these things."""
    role = body.role or person.instance_role
    # Whether somebody else is an admin is for admins to know.
    if body.user_id not in (None, person.user_id) and person.instance_role == "admin":
        role = "admin" if (await people.get(body.user_id or "")).role == "admin" else "user"
    return Permitted(success=may_administer(role, body.permissions))
