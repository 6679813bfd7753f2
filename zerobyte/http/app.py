"""Sanic app factory: installs error handling, limits, CSRF check, headers and health routes.

Routes, services and readiness checks come from the composition root, `zerobyte/app.py`.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final

import orjson
from sanic import Sanic
from sanic.config import Config

from zerobyte.http import connections, csrf, errors, framing, headers, health, rate_limit, sse
from zerobyte.http.app_type import HttpApp
from zerobyte.http.docs_routes import docs_v1
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
    """Create an app with everything but routes.

    services    by type; read at each request, so the mapping may be filled later.
    checks      readiness checks by component name; may be filled later too.
    remarks     checks that do not affect readiness; see `health.install`.
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
    """Install error handling, limits, the CSRF check, headers and the API documentation."""
    errors.install(app)
    framing.install(app)
    connections.install(app, settings)
    rate_limit.install(app, settings)
    csrf.install(app, settings)
    headers.install(app, settings)
    sse.install(app)
    app.blueprint(docs_v1)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
