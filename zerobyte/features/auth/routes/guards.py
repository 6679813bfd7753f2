"""The two doors of accounts: `/api/auth`, which sets cookies, and `/api/v1/auth`.

Owns what every request to `/api/auth` must pass before its route; the routes stand in the families.
"""

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import orjson
from sanic import Blueprint

from zerobyte.core import urls
from zerobyte.core.errors import Forbidden, NotFound, Unauthenticated
from zerobyte.features.auth.service import RegistrationSettings
from zerobyte.http.auth import HttpRequest, header
from zerobyte.http.middleware import audited_guard
from zerobyte.settings import Settings

TAG: Final = "Auth"
_KEYS: Final = "/api/auth/api-key/"
_BY_PASSWORD: Final = ("/api/auth/sign-in/email", "/api/auth/sign-in/username")
_CALLBACKS: Final = {
    "callbackURL": ("Invalid callbackURL", "INVALID_CALLBACK_URL"),
    "errorCallbackURL": ("Invalid errorCallbackURL", "INVALID_ERROR_CALLBACK_URL"),
    "newUserCallbackURL": ("Invalid newUserCallbackURL", "INVALID_NEW_USER_CALLBACK_URL"),
    "redirectTo": ("Invalid redirectURL", "INVALID_REDIRECT_URL"),
}
_FORM_FIELDS: Final = 64

accounts_auth = Blueprint("accounts", url_prefix="/api/auth")
auth_v1 = Blueprint("auth", url_prefix="/api/v1/auth")


async def guard(request: HttpRequest) -> None:
    """Refuse API keys here, ways out that are not ours, and sign-ups and sign-ins without a chance.

    All of it comes before the body is held against its model.
    """
    if request.path.startswith(_KEYS):
        raise NotFound("API key management is only supported through API v1 routes")
    if header(request, "x-api-key"):
        raise Unauthenticated(
            "API key authentication is only supported for API v1 routes", code="UNAUTHORIZED"
        )
    _check_callbacks(request)
    switches: RegistrationSettings = request.app.ctx.services[RegistrationSettings]
    if request.path == "/api/auth/sign-up/email":
        await switches.check_sign_up()
    elif request.path in _BY_PASSWORD:
        await switches.check_password_login()


def _check_callbacks(request: HttpRequest) -> None:
    """Refuse to send anybody to a place that is not ours, wherever the wish stands."""
    if request.method != "POST":
        return
    settings: Settings = request.app.ctx.services[Settings]
    for said in (_fields(request.query_string), _said(request)):
        for name in _CALLBACKS:
            url = said.get(name)
            check_callback(url if isinstance(url, str) else None, settings, name=name)


def check_callback(url: str | None, settings: Settings, *, name: str = "callbackURL") -> None:
    """Refuse to send anybody to a place that is not ours.

    Whoever does send somebody on asks this too: models read more spellings than the door knows.
    """
    if url is not None and not _is_ours(url, settings.origins):
        message, code = _CALLBACKS[name]
        raise Forbidden(message, code=code)


def _said(request: HttpRequest) -> Mapping[str, Any]:
    """The fields of a body of either kind; none when it cannot be read, which comes out later."""
    media = header(request, "content-type").strip().lower()
    if media.startswith("application/x-www-form-urlencoded"):
        return _fields(request.body.decode("utf-8", "replace"))
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return {}
    return cast("Mapping[str, Any]", body) if isinstance(body, dict) else {}


def _fields(text: str) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FORM_FIELDS))
    except ValueError:
        return {}


def _is_ours(url: str, origins: tuple[str, ...]) -> bool:
    is_relative = url.startswith("/") and not url.startswith(("//", "/\\"))
    is_plain = url.isprintable() and "\\" not in url
    return is_plain and (is_relative or urls.origin_or_none(url) in origins)


# After those of the app, which count the client and learn its address.
accounts_auth.on_request(audited_guard(guard), priority=-1)


@accounts_auth.route("/api-key/<rest:path>", methods=["GET", "POST"])
async def keys_are_elsewhere(request: HttpRequest, rest: str) -> None:
    """Exists for the guard to refuse whatever is asked of keys here."""
    raise NotFound(f"{request.path} has no {rest}")
