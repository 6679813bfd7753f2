"""CSRF protection: reject requests that another site makes a browser send with our cookies.

Every unsafe request with a cookie to /api/auth or /api/v1 must name a trusted origin.
SameSite=Lax is the first defence; this check also stops other ports and subdomains of the site.
"""

from zerobyte.core import urls
from zerobyte.core.errors import Forbidden
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import HttpRequest, header
from zerobyte.http.middleware import audited_guard
from zerobyte.settings import Settings

_log = get_logger(__name__)

_SAFE = ("GET", "HEAD", "OPTIONS")
_MAX_ORIGIN_CHARS = 200
_LOGINS = ("/api/auth/sign-in/", "/api/auth/sign-up/")


def install(app: HttpApp, settings: Settings) -> None:
    """Check the origin of every unsafe request to /api/auth and /api/v1."""
    trusted = frozenset(settings.origins)

    async def check(request: HttpRequest) -> None:
        if request.method in _SAFE:
            return
        # Another site cannot send this header without a CORS preflight. It overrides the cookie.
        has_key = request.path.startswith("/api/v1/") and header(request, "x-api-key")
        if request.path.startswith(("/api/auth/", "/api/v1/")) and not has_key:
            _check(request, trusted, settings)

    app.register_middleware(audited_guard(check), "request")


def _check(request: HttpRequest, trusted: frozenset[str], settings: Settings) -> None:
    origin = _origin_of(request)
    if header(request, "cookie"):
        # Old browsers send no Sec-Fetch headers, so every client with cookies must send Origin.
        if origin in ("", "null"):
            raise Forbidden("Missing or null Origin", code="MISSING_OR_NULL_ORIGIN")
        if origin not in trusted:
            raise invalid_origin(origin, settings)
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
            raise invalid_origin(origin, settings)


def invalid_origin(origin: str, settings: Settings) -> Forbidden:
    """Return the error for an origin, after logging the setting that would allow it."""
    # Truncate first: the header may hold 8 KiB of foreign text, and redact() is quadratic.
    shown = redact("".join(char for char in origin[:_MAX_ORIGIN_CHARS] if char.isprintable()))[
        :_MAX_ORIGIN_CHARS
    ]
    if settings.base_url == f"http://localhost:{settings.port}":
        advice = f"set BASE_URL to {shown} (it is still the default, {settings.base_url})"
    else:
        advice = f"add {shown} to TRUSTED_ORIGINS (BASE_URL is {settings.base_url})"
    _log.warning("request refused: invalid origin", origin=shown, advice=advice)
    return Forbidden(
        f"Invalid origin. If people reach this server at {shown}, {advice}.",
        code="INVALID_ORIGIN",
    )


def _origin_of(request: HttpRequest) -> str:
    """Return the normalized origin, empty if absent, or the header itself if it is invalid."""
    if origin := header(request, "origin"):
        return urls.origin_or_none(origin) or origin
    referer = header(request, "referer")
    return (urls.origin_or_none(referer) or "null") if referer else ""
