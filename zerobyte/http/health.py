"""Health and readiness endpoints.

The composition root registers the readiness checks.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

import orjson
from sanic import HTTPResponse

from zerobyte.core.aio import SingleFlight
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import HttpRequest

_log = get_logger(__name__)

Check = Callable[[], Coroutine[Any, Any, str | None]]
"""Returns the problem in one sentence, or None if there is none."""

ANSWER_WITHIN_S: Final = 5.0
"""Time limit of a check; the supervisor and load balancers wait longer for the response."""


def install(app: HttpApp, checks: Mapping[str, Check], remarks: Mapping[str, Check]) -> None:
    """Serve `/api/healthcheck`, which checks nothing, and `/api/readiness`.

    checks      by component name; read at each request, so more may be added. All run
                concurrently, and a check that hangs is not started a second time.
    remarks     checks of problems that the operator should fix but that do not affect readiness.
    """
    flights: dict[Check, SingleFlight[str | None]] = {}

    async def healthcheck(_: HttpRequest) -> HTTPResponse:
        return _json({"status": "ok"}, 200)

    async def problem(name: str, check: Check) -> str | None:
        flight = flights.setdefault(check, SingleFlight(check, timeout_s=ANSWER_WITHIN_S))
        try:
            return await flight.run()
        except TimeoutError:
            return f"The check of the {name} came to no end within {ANSWER_WITHIN_S:.0f} seconds"
        except Exception as error:
            _log.warning("a readiness check broke", check=name, exc_info=error)
            return f"The check broke with {type(error).__name__}"

    async def run_all(registered: Mapping[str, Check]) -> dict[str, str]:
        names = tuple(registered)
        results = await asyncio.gather(*(problem(name, registered[name]) for name in names))
        return {name: redact(text) for name, text in zip(names, results, strict=True) if text}

    async def readiness(_: HttpRequest) -> HTTPResponse:
        reasons, remarked = await asyncio.gather(run_all(checks), run_all(remarks))
        body: dict[str, object] = {"status": "degraded" if remarked else "ok"}
        if remarked:
            body |= {"message": "; ".join(remarked.values()), "remarks": remarked}
        if reasons:
            message = "Not ready: " + "; ".join(reasons.values())
            body |= {"status": "unavailable", "message": message, "reasons": reasons}
        return _json(body, 503 if reasons else 200)

    app.add_route(healthcheck, "/api/healthcheck", name="healthcheck")
    app.add_route(readiness, "/api/readiness", name="readiness")


def _json(body: object, status: int) -> HTTPResponse:
    return HTTPResponse(orjson.dumps(body), status=status, content_type="application/json")
