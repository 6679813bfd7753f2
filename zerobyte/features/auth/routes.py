"""The routes of accounts: `/api/auth`, which sets cookies, and `/api/v1/auth`."""

from typing import Final
from urllib.parse import quote, urlsplit

from sanic import Blueprint, HTTPResponse

from zerobyte.core.errors import (
    Forbidden,
    Invalid,
    TooManyRequests,
    Unauthenticated,
    Unprocessable,
    ZerobyteError,
)
from zerobyte.features.auth.present import session_view, user_view
from zerobyte.features.auth.schemas import (
    AuthStatus,
    CurrentSession,
    ErrorQuery,
    Ok,
    SignedInView,
    SignedUp,
    SignInEmail,
    SignInUsername,
    SignUp,
    Success,
)
from zerobyte.features.auth.service import Accounts, Sessions, Switches
from zerobyte.features.auth.service.sessions import SignedIn
from zerobyte.http.actor import HttpRequest, Permission, header
from zerobyte.http.endpoint import Answer, endpoint
from zerobyte.settings import Settings

_TAG: Final = "Auth"
_SIGN_IN: Final[tuple[type[ZerobyteError], ...]] = (
    Unauthenticated,
    Forbidden,
    Unprocessable,
    TooManyRequests,
)

accounts_auth = Blueprint("accounts", url_prefix="/api/auth")
auth_v1 = Blueprint("auth", url_prefix="/api/v1/auth")


@accounts_auth.on_request
async def guard(request: HttpRequest) -> None:
    """Refuse API keys here, and sign-ups and sign-ins that have no chance, before their body."""
    if header(request, "x-api-key"):
        raise Unauthenticated(
            "API key authentication is only supported for API v1 routes", code="UNAUTHORIZED"
        )
    switches: Switches = request.app.ctx.services[Switches]
    if request.path == "/api/auth/sign-up/email":
        await switches.check_sign_up()
    elif request.path.startswith("/api/auth/sign-in/"):
        await switches.check_password_login()


@accounts_auth.get("/ok")
@endpoint("authOk", tag=_TAG, returns={200: Ok}, permission=Permission.PUBLIC)
async def ok() -> Ok:
    """Answer that accounts are served."""
    return Ok()


@accounts_auth.post("/sign-up/email")
@endpoint(
    "signUpEmail",
    tag=_TAG,
    body=SignUp,
    form=True,
    returns={200: SignedUp},
    errors=(Invalid, Forbidden, Unprocessable, TooManyRequests),
    permission=Permission.PUBLIC,
)
async def sign_up(
    request: HttpRequest, body: SignUp, accounts: Accounts, settings: Settings
) -> SignedUp:
    """Make an account and sign in; the first one becomes the admin."""
    _check_callback(body.callback_url, settings)
    found = await accounts.sign_up(request, body)
    return SignedUp(token=found.token, user=user_view(found.user))


@accounts_auth.post("/sign-in/email")
@endpoint(
    "signInEmail",
    tag=_TAG,
    body=SignInEmail,
    form=True,
    returns={200: SignedInView},
    errors=_SIGN_IN,
    permission=Permission.PUBLIC,
)
async def sign_in_email(
    request: HttpRequest, body: SignInEmail, accounts: Accounts, settings: Settings
) -> Answer:
    """Sign in by e-mail and password."""
    _check_callback(body.callback_url, settings)
    return _signed_in(await accounts.sign_in_by_email(request, body), body.callback_url)


@accounts_auth.post("/sign-in/username")
@endpoint(
    "signInUsername",
    tag=_TAG,
    body=SignInUsername,
    returns={200: SignedInView},
    errors=_SIGN_IN,
    permission=Permission.PUBLIC,
)
async def sign_in_username(
    request: HttpRequest, body: SignInUsername, accounts: Accounts, settings: Settings
) -> Answer:
    """Sign in by username and password."""
    _check_callback(body.callback_url, settings)
    return _signed_in(await accounts.sign_in_by_username(request, body), body.callback_url)


@accounts_auth.post("/sign-out")
@endpoint("signOut", tag=_TAG, returns={200: Success}, permission=Permission.PUBLIC)
async def sign_out(request: HttpRequest, sessions: Sessions) -> Success:
    """End the session, if there is one."""
    await sessions.end(request)
    return Success()


@accounts_auth.get("/get-session")
@endpoint(
    "getSession", tag=_TAG, returns={200: CurrentSession | None}, permission=Permission.PUBLIC
)
async def get_session(request: HttpRequest, sessions: Sessions) -> Answer:
    """Read who is signed in, or null."""
    found = await sessions.find(request)
    value = found and CurrentSession(session=session_view(found), user=user_view(found.user))
    return Answer(value, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


@accounts_auth.get("/error")
@endpoint(
    "showAuthError", tag=_TAG, query=ErrorQuery, returns={302: None}, permission=Permission.PUBLIC
)
async def show_error(query: ErrorQuery) -> HTTPResponse:
    """Go back to the start page with the error's code."""
    return HTTPResponse(status=302, headers={"Location": f"/?error={quote(query.error, safe='')}"})


@auth_v1.get("/status")
@endpoint("getStatus", tag=_TAG, returns={200: AuthStatus}, permission=Permission.PUBLIC)
async def status(accounts: Accounts) -> AuthStatus:
    """Read whether anybody has signed up yet."""
    return AuthStatus(has_users=await accounts.has_users())


def _signed_in(found: SignedIn, callback_url: str | None) -> Answer:
    view = SignedInView(
        redirect=callback_url is not None,
        token=found.token,
        url=callback_url,
        user=user_view(found.user),
    )
    return Answer(view, headers={"Location": callback_url} if callback_url else {})


def _check_callback(url: str | None, settings: Settings) -> None:
    """Refuse to send anybody to a place that is not ours."""
    if url is None:
        return
    is_relative = url.startswith("/") and not url.startswith(("//", "/\\"))
    parts = urlsplit(url)
    is_trusted = f"{parts.scheme}://{parts.netloc}" in settings.origins
    if not url.isprintable() or "\\" in url or not (is_relative or is_trusted):
        raise Forbidden("Invalid callbackURL", code="INVALID_CALLBACK_URL")
