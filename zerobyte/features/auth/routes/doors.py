"""The two doors of accounts: `/api/auth`, which sets cookies, and `/api/v1/auth`.

Owns what every request to `/api/auth` must pass before its route; the routes stand in the families.
"""

from typing import Final

from sanic import Blueprint

from zerobyte.core.errors import NotFound, Unauthenticated
from zerobyte.features.auth.service import Switches
from zerobyte.http.actor import HttpRequest, header
from zerobyte.http.gate import gate

TAG: Final = "Auth"
_KEYS: Final = "/api/auth/api-key/"
_BY_PASSWORD: Final = ("/api/auth/sign-in/email", "/api/auth/sign-in/username")

accounts_auth = Blueprint("accounts", url_prefix="/api/auth")
auth_v1 = Blueprint("auth", url_prefix="/api/v1/auth")


async def guard(request: HttpRequest) -> None:
    """Refuse API keys here, and sign-ups and sign-ins that have no chance, before their body."""
    if request.path.startswith(_KEYS):
        raise NotFound("API key management is only supported through API v1 routes")
    if header(request, "x-api-key"):
        raise Unauthenticated(
            "API key authentication is only supported for API v1 routes", code="UNAUTHORIZED"
        )
    switches: Switches = request.app.ctx.services[Switches]
    if request.path == "/api/auth/sign-up/email":
        await switches.check_sign_up()
    elif request.path in _BY_PASSWORD:
        await switches.check_password_login()


# After those of the app, which count the client and learn its address.
accounts_auth.on_request(gate(guard), priority=-1)


@accounts_auth.route("/api-key/<rest:path>", methods=["GET", "POST"])
async def keys_are_elsewhere(request: HttpRequest, rest: str) -> None:
    """Exists for the guard to refuse whatever is asked of keys here."""
    raise NotFound(f"{request.path} has no {rest}")
