"""Makes a Sanic app that answers the way every route of ours does.

Owns the order in which the parts are put in. Refuses to know any feature: routes, services and
readiness checks come from the composition root.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final

import orjson
from sanic import Sanic
from sanic.config import Config

from zerobyte.http import connections, csrf, errors, framing, headers, health, rate_limit, sse
from zerobyte.http.app_type import HttpApp
from zerobyte.http.docs_routes import reference_v1
from zerobyte.settings import Settings

_NAME: Final = "zerobyte"


def make_app(
    settings: Settings,
    services: Mapping[type, object],
    *,
    checks: Mapping[str, health.Check] | None = None,
    remarks: Mapping[str, health.Check] | None = None,
    name: str = _NAME,
) -> HttpApp:
    """An app with everything but routes.

    services    by type; read at each request, so the same mapping may be filled later.
    checks      readiness by the name of what is checked; may be filled later too.
    remarks     what readiness tells beside that; see `health.install`.
    """
    config = Config(env_prefix=None)
    config.FALLBACK_ERROR_FORMAT = "json"
    config.OAS = False
    config.AUTO_EXTEND = False
    config.ACCESS_LOG = False
    app: HttpApp = Sanic(
        name,
        config=config,
        ctx=SimpleNamespace(services=services),
        configure_logging=False,
        strict_slashes=True,
        dumps=_dumps,
    )
    install(app, settings)
    health.install(app, {} if checks is None else checks, remarks or {})
    return app


def install(app: HttpApp, settings: Settings) -> None:
    """Put errors, limits, the origin check, headers and the description into an app."""
    errors.install(app)
    framing.install(app)
    connections.install(app, settings)
    rate_limit.install(app, settings)
    csrf.install(app, settings)
    headers.install(app, settings)
    sse.install(app)
    app.blueprint(reference_v1)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
