"""Sign-up, sign-in with a password, and sign-out."""

from typing import Final

from zerobyte.contract.base import Success
from zerobyte.core.errors import (
    Forbidden,
    Invalid,
    TooManyRequests,
    Unauthenticated,
    Unprocessable,
    ZerobyteError,
)
from zerobyte.features.auth.present.users import user_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth, check_callback
from zerobyte.features.auth.schemas.sign_in import (
    SecondFactorAwaited,
    SignedInView,
    SignedUp,
    SignInEmail,
    SignInUsername,
    SignUp,
)
from zerobyte.features.auth.service import Accounts, Sessions
from zerobyte.features.auth.service.sessions import SignedIn
from zerobyte.http.auth import HttpRequest, Permission
from zerobyte.http.endpoint import Answer, endpoint
from zerobyte.settings import Settings

_SIGN_IN: Final[tuple[type[ZerobyteError], ...]] = (
    Invalid,
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
    """Create an account and sign in; the first account becomes the instance admin."""
    check_callback(body.callback_url, settings)
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
    check_callback(body.callback_url, settings)
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
    check_callback(body.callback_url, settings)
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
