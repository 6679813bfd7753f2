"""Self-service of users: profile, password and ways to sign in."""

from zerobyte.core.errors import Invalid, TooManyRequests, Unauthenticated, Unprocessable
from zerobyte.features.auth.present.users import account_view, user_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas.common import Status
from zerobyte.features.auth.schemas.profile import (
    AccountView,
    Availability,
    ChangePassword,
    Password,
    PasswordChanged,
    UnlinkAccount,
    UpdateUser,
    Username,
)
from zerobyte.features.auth.service import Profile, Sessions
from zerobyte.http.auth import HttpRequest, Permission, Person
from zerobyte.http.endpoint import endpoint


@accounts_auth.post("/update-user")
@endpoint(
    "updateUser",
    tag=TAG,
    body=UpdateUser,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.SIGNED_IN,
)
async def update_user(
    request: HttpRequest, body: UpdateUser, profile: Profile, sessions: Sessions
) -> Status:
    """Change the user's profile."""
    found = await sessions.require(request)
    await profile.update(found, body)
    sessions.send_cookie(request, found)
    return Status()


@accounts_auth.post("/change-password")
@endpoint(
    "changePassword",
    tag=TAG,
    body=ChangePassword,
    returns={200: PasswordChanged},
    errors=(Invalid, TooManyRequests),
    permission=Permission.SIGNED_IN,
)
async def change_password(
    request: HttpRequest, body: ChangePassword, profile: Profile, sessions: Sessions
) -> PasswordChanged:
    """Change the password; end other sessions and trusted devices, but not this session."""
    found = await sessions.require(request)
    going_on = await profile.change_password(request, found, body)
    token = going_on.session.id if body.revoke_other_sessions else None
    return PasswordChanged(token=token, user=user_view(going_on.user))


@accounts_auth.post("/verify-password")
@endpoint(
    "verifyPassword",
    tag=TAG,
    body=Password,
    returns={200: Status},
    errors=(Invalid, TooManyRequests),
    permission=Permission.SIGNED_IN,
)
async def verify_password(
    request: HttpRequest, body: Password, profile: Profile, sessions: Sessions
) -> Status:
    """Check the user's password."""
    await profile.check_password(await sessions.require(request), body.password)
    return Status()


@accounts_auth.get("/list-accounts")
@endpoint(
    "listAccounts", tag=TAG, returns={200: list[AccountView]}, permission=Permission.SIGNED_IN
)
async def list_accounts(person: Person, profile: Profile) -> list[AccountView]:
    """List the user's ways to sign in."""
    return [account_view(account) for account in await profile.accounts_of(person.user_id)]


@accounts_auth.post("/unlink-account")
@endpoint(
    "unlinkAccount",
    tag=TAG,
    body=UnlinkAccount,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.SIGNED_IN,
)
async def unlink_account(
    request: HttpRequest, body: UnlinkAccount, sessions: Sessions, profile: Profile
) -> Status:
    """Unlink a way to sign in and end all other sessions; the last way cannot be unlinked."""
    await profile.unlink(await sessions.require(request), body.provider_id, body.account_id)
    return Status()


@accounts_auth.post("/is-username-available")
@endpoint(
    "isUsernameAvailable",
    tag=TAG,
    body=Username,
    returns={200: Availability},
    errors=(Unauthenticated, Unprocessable, TooManyRequests),
    permission=Permission.PUBLIC,
    audited=False,
)
async def is_username_available(
    request: HttpRequest, body: Username, profile: Profile
) -> Availability:
    """Check whether a username is free; for users who are signed in or may sign up."""
    return Availability(available=await profile.is_available(request, body.username))
