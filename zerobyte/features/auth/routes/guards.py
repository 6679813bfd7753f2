"""Blueprints of accounts: `/api/auth`, which sets cookies, and `/api/v1/auth`.

Contains the checks that run before every route of `/api/auth`.
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
_PASSWORD_SIGN_IN_PATHS: Final = ("/api/auth/sign-in/email", "/api/auth/sign-in/username")
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
    """Reject API keys, untrusted redirect URLs, and sign-up or sign-in that settings disallow.

    These checks run before the body is validated.
    """
    if request.path.startswith(_KEYS):
        raise NotFound("API key management is only supported through API v1 routes")
    if header(request, "x-api-key"):
        raise Unauthenticated(
            "API key authentication is only supported for API v1 routes", code="UNAUTHORIZED"
        )
    _check_callbacks(request)
    registration: RegistrationSettings = request.app.ctx.services[RegistrationSettings]
    if request.path == "/api/auth/sign-up/email":
        await registration.check_sign_up()
    elif request.path in _PASSWORD_SIGN_IN_PATHS:
        await registration.check_password_login()


def _check_callbacks(request: HttpRequest) -> None:
    """Reject untrusted redirect URLs in the query or the body."""
    if request.method != "POST":
        return
    settings: Settings = request.app.ctx.services[Settings]
    for said in (_fields(request.query_string), _body_fields(request)):
        for name in _CALLBACKS:
            url = said.get(name)
            check_callback(url if isinstance(url, str) else None, settings, name=name)


def check_callback(url: str | None, settings: Settings, *, name: str = "callbackURL") -> None:
    """Reject a redirect URL to another site.

    Routes that redirect call this too: schemas accept more spellings than the guard knows.
    """
    if url is not None and not _is_trusted_url(url, settings.origins):
        message, code = _CALLBACKS[name]
        raise Forbidden(message, code=code)


def _body_fields(request: HttpRequest) -> Mapping[str, Any]:
    """Return the fields of a JSON or form body; empty if invalid (validation follows)."""
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


def _is_trusted_url(url: str, origins: tuple[str, ...]) -> bool:
    is_relative = url.startswith("/") and not url.startswith(("//", "/\\"))
    is_plain = url.isprintable() and "\\" not in url
    return is_plain and (is_relative or urls.origin_or_none(url) in origins)


# After the app's middleware, which counts the request and determines the client address.
accounts_auth.on_request(audited_guard(guard), priority=-1)


@accounts_auth.route("/api-key/<rest:path>", methods=["GET", "POST"])
async def reject_api_key_routes(request: HttpRequest, rest: str) -> None:
    """Exists so that the guard rejects API key routes with its own message."""
    raise NotFound(f"{request.path} has no {rest}")
