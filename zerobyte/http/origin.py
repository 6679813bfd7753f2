"""Refuses requests that another site makes a browser send with our cookies.

Owns the Origin check alone: every unsafe request with a cookie, in both families, must name an
origin that is trusted. SameSite=Lax is the first wall; this one also stops other ports and
subdomains of the same site.
"""

from urllib.parse import urlsplit

from zerobyte.core.errors import Forbidden
from zerobyte.http.actor import HttpRequest, header
from zerobyte.http.app_type import HttpApp
from zerobyte.http.gate import gate
from zerobyte.settings import Settings

_SAFE = ("GET", "HEAD", "OPTIONS")
_LOGINS = ("/api/auth/sign-in/", "/api/auth/sign-up/")


def install(app: HttpApp, settings: Settings) -> None:
    """Check the origin of every unsafe request to the two families that take cookies."""
    trusted = frozenset(settings.origins)

    async def check(request: HttpRequest) -> None:
        if request.method in _SAFE:
            return
        # A key cannot be sent from another site without asking first, and wins over the cookie.
        has_key = request.path.startswith("/api/v1/") and header(request, "x-api-key")
        if request.path.startswith(("/api/auth/", "/api/v1/")) and not has_key:
            _check(request, trusted)

    app.register_middleware(gate(check), "request")


def _check(request: HttpRequest, trusted: frozenset[str]) -> None:
    origin = header(request, "origin") or origin_of(header(request, "referer"))
    if header(request, "cookie"):
        # Browsers of all ages are met: what keeps cookies has to say where it stands.
        if origin in ("", "null"):
            raise Forbidden("Missing or null Origin", code="MISSING_OR_NULL_ORIGIN")
        if origin not in trusted:
            raise Forbidden("Invalid origin", code="INVALID_ORIGIN")
    elif request.path.startswith(_LOGINS):
        if (
            header(request, "sec-fetch-site") == "cross-site"
            and header(request, "sec-fetch-mode") == "navigate"
        ):
            raise Forbidden(
                "Cross-site navigation login blocked", code="CROSS_SITE_NAVIGATION_LOGIN_BLOCKED"
            )
        by_browser = any(name.startswith("sec-fetch-") for name in request.headers)
        if by_browser and origin in ("", "null"):
            raise Forbidden("Missing or null Origin", code="MISSING_OR_NULL_ORIGIN")
        if origin and origin not in trusted:
            raise Forbidden("Invalid origin", code="INVALID_ORIGIN")


def origin_of(url: str) -> str:
    """The origin of an address; empty when it has none, "null" when it cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "null"
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
