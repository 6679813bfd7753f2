"""Public status of accounts."""

from urllib.parse import quote

from sanic import HTTPResponse

from zerobyte.features.auth.routes.guards import TAG, accounts_auth, auth_v1
from zerobyte.features.auth.schemas.status import AuthStatus, ErrorQuery, Ok
from zerobyte.features.auth.service import Accounts
from zerobyte.http.auth import Permission
from zerobyte.http.endpoint import endpoint


@accounts_auth.get("/ok")
@endpoint("authOk", tag=TAG, returns={200: Ok}, permission=Permission.PUBLIC)
async def ok() -> Ok:
    """Report that the account routes are available."""
    return Ok()


@accounts_auth.get("/error")
@endpoint(
    "showAuthError", tag=TAG, query=ErrorQuery, returns={302: None}, permission=Permission.PUBLIC
)
async def show_error(query: ErrorQuery) -> HTTPResponse:
    """Redirect to the start page with the error's code."""
    return HTTPResponse(status=302, headers={"Location": f"/?error={quote(query.error, safe='')}"})


@auth_v1.get("/status")
@endpoint("getStatus", tag=TAG, returns={200: AuthStatus}, permission=Permission.PUBLIC)
async def status(accounts: Accounts) -> AuthStatus:
    """Read whether a user has signed up yet."""
    return AuthStatus(has_users=await accounts.has_users())
