"""Passkeys: register, sign in, rename and delete."""

from typing import Any

from zerobyte.core.errors import (
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)
from zerobyte.features.auth.present.passkeys import passkey_view
from zerobyte.features.auth.present.sessions import session_view
from zerobyte.features.auth.present.users import user_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas.common import Status
from zerobyte.features.auth.schemas.passkeys import (
    Credential,
    DeletePasskey,
    PasskeyView,
    RegisterOptionsQuery,
    UpdatedPasskey,
    UpdatePasskey,
    VerifyRegistration,
)
from zerobyte.features.auth.schemas.sessions import CurrentSession
from zerobyte.features.auth.service import Passkeys, Sessions
from zerobyte.http.auth import HttpRequest, Permission
from zerobyte.http.endpoint import endpoint


@accounts_auth.get("/passkey/generate-register-options")
@endpoint(
    "generatePasskeyRegistrationOptions",
    tag=TAG,
    query=RegisterOptionsQuery,
    returns={200: dict[str, Any]},
    errors=(Unauthenticated, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def register_options(
    request: HttpRequest, query: RegisterOptionsQuery, passkeys: Passkeys, sessions: Sessions
) -> dict[str, Any]:
    """Start the registration of a passkey."""
    found = await sessions.require(request, fresh=True)
    return await passkeys.register_options(request, found.user, query)


@accounts_auth.post("/passkey/verify-registration")
@endpoint(
    "verifyPasskeyRegistration",
    tag=TAG,
    body=VerifyRegistration,
    returns={200: PasskeyView},
    errors=(Invalid, Unauthenticated, Forbidden),
    permission=Permission.SIGNED_IN,
)
async def verify_registration(
    request: HttpRequest, body: VerifyRegistration, passkeys: Passkeys, sessions: Sessions
) -> PasskeyView:
    """Store the new passkey."""
    found = await sessions.require(request, fresh=True)
    return passkey_view(await passkeys.register(request, found, body.response, body.name))


@accounts_auth.get("/passkey/generate-authenticate-options")
@endpoint(
    "generatePasskeyAuthenticationOptions",
    tag=TAG,
    returns={200: dict[str, Any]},
    permission=Permission.PUBLIC,
)
async def authenticate_options(request: HttpRequest, passkeys: Passkeys) -> dict[str, Any]:
    """Start a sign-in with a passkey."""
    return await passkeys.authenticate_options(request)


@accounts_auth.post("/passkey/verify-authentication")
@endpoint(
    "verifyPasskeyAuthentication",
    tag=TAG,
    body=Credential,
    returns={200: CurrentSession},
    errors=(Invalid, Unauthenticated, Forbidden, TooManyRequests),
    permission=Permission.PUBLIC,
)
async def verify_authentication(
    request: HttpRequest, body: Credential, passkeys: Passkeys
) -> CurrentSession:
    """Sign in with a passkey."""
    found = await passkeys.authenticate(request, body.response)
    return CurrentSession(session=session_view(found.session), user=user_view(found.user))


@accounts_auth.get("/passkey/list-user-passkeys")
@endpoint(
    "listPasskeys",
    tag=TAG,
    returns={200: list[PasskeyView]},
    errors=(Unauthenticated,),
    permission=Permission.SIGNED_IN,
)
async def list_passkeys(
    request: HttpRequest, passkeys: Passkeys, sessions: Sessions
) -> list[PasskeyView]:
    """List the user's passkeys."""
    found = await sessions.require(request)
    return [passkey_view(passkey) for passkey in await passkeys.list_for_user(found.user)]


@accounts_auth.post("/passkey/update-passkey")
@endpoint(
    "updatePasskey",
    tag=TAG,
    body=UpdatePasskey,
    returns={200: UpdatedPasskey},
    errors=(Unauthenticated, NotFound),
    permission=Permission.SIGNED_IN,
)
async def update_passkey(
    request: HttpRequest, body: UpdatePasskey, passkeys: Passkeys, sessions: Sessions
) -> UpdatedPasskey:
    """Rename one of the user's passkeys."""
    found = await sessions.require(request)
    return UpdatedPasskey(
        passkey=passkey_view(await passkeys.rename(found.user, body.id, body.name))
    )


@accounts_auth.post("/passkey/delete-passkey")
@endpoint(
    "deletePasskey",
    tag=TAG,
    body=DeletePasskey,
    returns={200: Status},
    errors=(Invalid, Unauthenticated, NotFound),
    permission=Permission.SIGNED_IN,
)
async def delete_passkey(
    request: HttpRequest, body: DeletePasskey, passkeys: Passkeys, sessions: Sessions
) -> Status:
    """Delete one of the user's passkeys."""
    found = await sessions.require(request)
    await passkeys.delete(found.user, body.id)
    return Status()
