"""Refuses requests that another site makes a browser send with our cookies.

Owns the Origin check alone. SameSite=Lax is the first wall; this one also stops other ports and
subdomains of the same site.
"""

from urllib.parse import urlsplit

from zerobyte.core.errors import Forbidden
from zerobyte.http.actor import HttpRequest, header
from zerobyte.http.app_type import HttpApp
from zerobyte.settings import Settings

_SAFE = ("GET", "HEAD", "OPTIONS")
_LOGINS = ("/api/auth/sign-in/", "/api/auth/sign-up/")


def install(app: HttpApp, settings: Settings) -> None:
    """Check the origin of every unsafe request to the two families that take cookies."""
    trusted = frozenset(settings.origins)

    async def check(request: HttpRequest) -> None:
        if request.method in _SAFE:
            return
        is_auth = request.path.startswith("/api/auth/")
        if is_auth or request.path.startswith("/api/v1/"):
            _check(request, trusted, is_auth=is_auth)

    app.register_middleware(check, "request")


def _check(request: HttpRequest, trusted: frozenset[str], *, is_auth: bool) -> None:
    origin = header(request, "origin") or _origin_of(header(request, "referer"))
    has_cookie = bool(header(request, "cookie"))
    # A program that keeps cookies sends no Origin; a browser always does on an unsafe request
    # from elsewhere, or says where it comes from in Sec-Fetch-Site.
    by_browser = bool(header(request, "sec-fetch-site"))
    if has_cookie:
        if origin == "null" or (not origin and (is_auth or by_browser)):
            raise Forbidden("Missing or null Origin", code="MISSING_OR_NULL_ORIGIN")
        if origin and origin not in trusted:
            raise Forbidden("Invalid origin", code="INVALID_ORIGIN")
    elif request.path.startswith(_LOGINS):
        if (
            header(request, "sec-fetch-site") == "cross-site"
            and header(request, "sec-fetch-mode") == "navigate"
        ):
            raise Forbidden(
                "Cross-site navigation login blocked", code="CROSS_SITE_NAVIGATION_LOGIN_BLOCKED"
            )
        if by_browser and origin in ("", "null"):
            raise Forbidden("Missing or null Origin", code="MISSING_OR_NULL_ORIGIN")
        if origin and origin not in trusted:
            raise Forbidden("Invalid origin", code="INVALID_ORIGIN")


def _origin_of(referer: str) -> str:
    try:
        parts = urlsplit(referer)
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
