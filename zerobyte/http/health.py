"""Whether the process lives, and whether it is ready to be given requests.

Knows no part that is checked: the composition root registers the checks.
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
"""Says what is wrong in one sentence, or None when all is well."""

ANSWER_WITHIN_S: Final = 5.0
"""How long a check may take; the supervisor and balancers wait longer for the answer."""


def install(app: HttpApp, checks: Mapping[str, Check], remarks: Mapping[str, Check]) -> None:
    """Serve `/api/healthcheck`, which checks nothing, and `/api/readiness`.

    checks      by the name of what they check; read at each request, so more may be added. They
                are asked all at once, and one that does not come to an end is not asked twice.
    remarks     the same for what the operator should see to, and that keeps nobody from working.
    """
    askings: dict[Check, SingleFlight[str | None]] = {}

    async def healthcheck(_: HttpRequest) -> HTTPResponse:
        return _json({"status": "ok"}, 200)

    async def wrong(name: str, check: Check) -> str | None:
        asking = askings.setdefault(check, SingleFlight(check, timeout_s=ANSWER_WITHIN_S))
        try:
            return await asking.run()
        except TimeoutError:
            return f"The check of the {name} came to no end within {ANSWER_WITHIN_S:.0f} seconds"
        except Exception as error:
            _log.warning("a readiness check broke", check=name, exc_info=error)
            return f"The check broke with {type(error).__name__}"

    async def found(asked: Mapping[str, Check]) -> dict[str, str]:
        names = tuple(asked)
        said = await asyncio.gather(*(wrong(name, asked[name]) for name in names))
        return {name: redact(one) for name, one in zip(names, said, strict=True) if one}

    async def readiness(_: HttpRequest) -> HTTPResponse:
        reasons, remarked = await asyncio.gather(found(checks), found(remarks))
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
