"""Whether the process lives, and whether it is ready to be given requests.

Knows no part that is checked: the composition root registers the checks.
"""

from collections.abc import Awaitable, Callable, Mapping

import orjson
from sanic import HTTPResponse

from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.http.actor import HttpRequest
from zerobyte.http.app_type import HttpApp

_log = get_logger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""Says what is wrong in one sentence, or None when all is well."""


def install(app: HttpApp, checks: Mapping[str, Check]) -> None:
    """Serve `/api/healthcheck`, which checks nothing, and `/api/readiness`.

    checks      by the name of what they check; read at each request, so more may be added.
    """

    async def healthcheck(_: HttpRequest) -> HTTPResponse:
        return _json({"status": "ok"}, 200)

    async def readiness(_: HttpRequest) -> HTTPResponse:
        reasons: dict[str, str] = {}
        for name, check in tuple(checks.items()):
            try:
                wrong = await check()
            except Exception as error:
                _log.warning("a readiness check broke", check=name, exc_info=error)
                wrong = f"The check broke with {type(error).__name__}"
            if wrong:
                reasons[name] = redact(wrong)
        if reasons:
            message = "Not ready: " + "; ".join(reasons.values())
            return _json({"status": "unavailable", "message": message, "reasons": reasons}, 503)
        return _json({"status": "ok"}, 200)

    app.add_route(healthcheck, "/api/healthcheck", name="healthcheck")
    app.add_route(readiness, "/api/readiness", name="readiness")


def _json(body: object, status: int) -> HTTPResponse:
    return HTTPResponse(orjson.dumps(body), status=status, content_type="application/json")
