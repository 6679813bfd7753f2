"""Signing up, in and out with a password."""

from typing import Final

from zerobyte.core.errors import (
    Forbidden,
    Invalid,
    TooManyRequests,
    Unauthenticated,
    Unprocessable,
    ZerobyteError,
)
from zerobyte.features.auth.present.people import user_view
from zerobyte.features.auth.routes.doors import TAG, accounts_auth
from zerobyte.features.auth.schemas.signing_in import (
    SecondFactorAwaited,
    SignedInView,
    SignedUp,
    SignInEmail,
    SignInUsername,
    SignUp,
)
from zerobyte.features.auth.schemas.words import Success
from zerobyte.features.auth.service import Accounts, Sessions
from zerobyte.features.auth.service.sessions import SignedIn
from zerobyte.http.actor import HttpRequest, Permission
from zerobyte.http.endpoint import Answer, endpoint
from zerobyte.http.origin import origin_of
from zerobyte.settings import Settings

_SIGN_IN: Final[tuple[type[ZerobyteError], ...]] = (
    Unauthenticated,
    Forbidden,
    Unprocessable,
    TooManyRequests,
)


@accounts_auth.post("/sign-up/email")
@endpoint(
    "signUpEmail",
    tag=TAG,
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
    return SignedUp(token=found.session.id, user=user_view(found.user))


@accounts_auth.post("/sign-in/email")
@endpoint(
    "signInEmail",
    tag=TAG,
    body=SignInEmail,
    form=True,
    returns={200: SignedInView | SecondFactorAwaited},
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
    tag=TAG,
    body=SignInUsername,
    returns={200: SignedInView | SecondFactorAwaited},
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
@endpoint("signOut", tag=TAG, returns={200: Success}, permission=Permission.PUBLIC)
async def sign_out(request: HttpRequest, sessions: Sessions) -> Success:
    """End the session, if there is one."""
    await sessions.end(request)
    return Success()


def _signed_in(found: SignedIn | None, callback_url: str | None) -> Answer:
    if found is None:
        return Answer(SecondFactorAwaited())
    view = SignedInView(
        redirect=callback_url is not None,
        token=found.session.id,
        url=callback_url,
        user=user_view(found.user),
    )
    return Answer(view, headers={"Location": callback_url} if callback_url else {})


def _check_callback(url: str | None, settings: Settings) -> None:
    """Refuse to send anybody to a place that is not ours."""
    if url is None:
        return
    is_relative = url.startswith("/") and not url.startswith(("//", "/\\"))
    is_trusted = origin_of(url) in settings.origins
    if not url.isprintable() or "\\" in url or not (is_relative or is_trusted):
        raise Forbidden("Invalid callbackURL", code="INVALID_CALLBACK_URL")
