"""Response headers: security headers, CORS, queued cookies.

sanic-ext serves CORS for trusted origins, HEAD and OPTIONS. Its OpenAPI, injection, health and
templates stay off.
"""

from typing import Final, cast

from sanic.response import BaseHTTPResponse
from sanic_ext import Extend
from sanic_ext.config import PRIORITY
from sanic_ext.config import Config as ExtendConfig
from sanic_ext.extensions.http.extension import HTTPExtension

from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import HttpRequest
from zerobyte.settings import Settings

_SECURITY: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "X-Download-Options": "noopen",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-XSS-Protection": "0",
}
_METHODS: Final = "GET,HEAD,PUT,POST,DELETE,PATCH,OPTIONS"


def queue_cookie(request: HttpRequest, set_cookie: str) -> None:
    """Send a Set-Cookie header with the response to this request, even if it is an error.

    A later cookie replaces a queued one of the same name.
    """
    queued = cast("list[str] | None", getattr(request.ctx, "queued_cookies", None))
    if queued is None:
        queued = request.ctx.queued_cookies = list[str]()
    name = set_cookie.partition("=")[0]
    queued[:] = [other for other in queued if other.partition("=")[0] != name]
    queued.append(set_cookie)


def install(app: HttpApp, settings: Settings) -> None:
    """Add the headers to every response under /api."""
    hsts = "max-age=15552000; includeSubDomains" if settings.is_https else ""

    async def decorate(request: HttpRequest, response: BaseHTTPResponse) -> None:
        headers = response.headers
        if request.path.startswith("/api/"):
            for name, value in _SECURITY.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            if hsts:
                headers["Strict-Transport-Security"] = hsts
        headers["Vary"] = "Origin"
        for cookie in cast("list[str]", getattr(request.ctx, "queued_cookies", ())):
            headers.add("Set-Cookie", cookie)

    async def hold_signals(app: HttpApp) -> None:
        app.signal_router.finalized = False

    async def release_signals(app: HttpApp) -> None:
        app.signal_router.finalized = True

    app.register_middleware(decorate, "response")
    # Without this, Sanic would rebuild all signals for each route that sanic-ext adds, although
    # none has changed: most of the time of a start.
    app.register_listener(hold_signals, "before_server_start", priority=PRIORITY + 1)
    app.register_listener(release_signals, "before_server_start", priority=PRIORITY - 1)
    Extend(
        app,
        extensions=[HTTPExtension],
        built_in_extensions=False,
        config=ExtendConfig(
            oas=False,
            http_all_methods=False,
            cors_origins=list(settings.origins),
            cors_always_send=False,
            cors_methods=_METHODS,
            cors_max_age=600,
            cors_expose_headers="RateLimit-Limit,RateLimit-Remaining,RateLimit-Reset,Retry-After",
        ),
    )
