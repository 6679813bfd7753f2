"""Routes of the API documentation: the OpenAPI document and a page that shows it.

They are public: they describe the software and reveal nothing about an installation, and clients
need them before they can sign in.
The script of the page is vendored (`scripts/vendor-docs` fetches it), not loaded from a CDN.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from sanic import Blueprint, HTTPResponse

from zerobyte.core.errors import ZerobyteError
from zerobyte.http.auth import HttpRequest, Permission
from zerobyte.http.endpoint import endpoint
from zerobyte.http.openapi import document

_FOLDER: Final = Path(__file__).parent / "docs"
_TAG: Final = "Documentation"
_CSP: Final = (
    "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"
)
_NO_ERRORS: tuple[type[ZerobyteError], ...] = ()

docs_v1 = Blueprint("reference", url_prefix="/api/v1")


@docs_v1.get("/openapi.json")
@endpoint(
    "getOpenApi",
    tag=_TAG,
    returns={200: dict[str, Any]},
    errors=_NO_ERRORS,
    permission=Permission.PUBLIC,
)
async def describe(request: HttpRequest) -> HTTPResponse:
    """Get this OpenAPI document."""
    ctx = request.app.ctx
    body: bytes | None = getattr(ctx, "openapi_bytes", None)
    if body is None:
        body = ctx.openapi_bytes = orjson.dumps(document(request.app))
    return HTTPResponse(body, content_type="application/json")


@docs_v1.get("/docs")
@endpoint(
    "showDocs",
    tag=_TAG,
    returns={200: None},
    content_type="text/html",
    permission=Permission.PUBLIC,
)
async def show() -> HTTPResponse:
    """Show the API documentation as a page."""
    return HTTPResponse(
        _file("index.html"),
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": _CSP},
    )


@docs_v1.get("/docs/scalar.js")
@endpoint(
    "getDocsScript",
    tag=_TAG,
    returns={200: None},
    content_type="text/javascript",
    permission=Permission.PUBLIC,
)
async def script() -> HTTPResponse:
    """Get the script of the documentation page."""
    return HTTPResponse(
        _file("scalar.js.gz"),
        content_type="text/javascript; charset=utf-8",
        headers={"Content-Encoding": "gzip", "Cache-Control": "public, max-age=86400"},
    )


@cache
def _file(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
