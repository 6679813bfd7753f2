"""Answer every error as JSON with a `message`; the only file that knows status numbers.

Errors of `/api/auth` also have a `code`. An unexpected error reveals nothing but a reference
that leads to its log line.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import orjson
from sanic import HTTPResponse
from sanic.exceptions import MethodNotAllowed, SanicException
from sanic.exceptions import NotFound as RouteNotFound

from zerobyte.core import errors, ids
from zerobyte.core.log import get_logger
from zerobyte.core.redact import redact
from zerobyte.db import errors as db_errors
from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import HttpRequest, strip_unstorable
from zerobyte.http.rate_limit import discard_body
from zerobyte.http.validation import InvalidInput, MalformedJson

_log = get_logger(__name__)

STATUS: Mapping[type[errors.ZerobyteError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.NotAllowed: 405,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Unprocessable: 422,
    errors.TooManyRequests: 429,
    errors.Failed: 500,
    errors.NotBuilt: 501,
    errors.Unavailable: 503,
}
_SANIC_MESSAGES = {
    404: "Not found",
    405: "Method not allowed",
    408: "The request took too long to arrive",
    413: "Request body too large",
    503: "The server is busy. Try again",
}


def status_of(kind: type[errors.ZerobyteError]) -> int:
    """Return the status of an error class or of its nearest ancestor."""
    return next((STATUS[parent] for parent in kind.__mro__ if parent in STATUS), 500)


def install(app: HttpApp) -> None:
    """Handle every error of the app, including Sanic's own."""
    app.ctx.database_failures = db_errors.FailureLog(
        _log, "requests fail because the database is unavailable"
    )
    app.error_handler.add(errors.ZerobyteError, _zerobyte_error)
    app.error_handler.add(SanicException, _sanic_error)
    app.error_handler.add(Exception, _unexpected_error)


def error_response(error: errors.ZerobyteError, path: str) -> HTTPResponse:
    """Return the response to an error; the path decides its format."""
    status = status_of(type(error))
    headers: dict[str, str] = {}
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = headers["X-Retry-After"] = str(error.retry_after_s)
    if isinstance(error, errors.NotAllowed) and error.allow:
        headers["Allow"] = ", ".join(error.allow)
    body = _auth_body(error, status) if _is_auth(path) else _v1_body(error)
    return _json(body, status, headers)


def _v1_body(error: errors.ZerobyteError) -> dict[str, Any]:
    # A validation message repeats no input; redact() would take "password: …" for a secret.
    is_plain = isinstance(error, InvalidInput)
    body: dict[str, Any] = {"message": error.message if is_plain else redact(error.message)}
    if error.details:
        body["details"] = redact(error.details)
    if isinstance(error, errors.Invalid) and error.issues:
        body["success"] = False
        body["error"] = error.issues
    if error.code:
        body["code"] = error.code
    return body


def _auth_body(error: errors.ZerobyteError, status: int) -> dict[str, Any]:
    if isinstance(error, InvalidInput):
        text = "; ".join(
            f"[{'.'.join([error.part, *map(str, issue['path'])])}] {issue['message']}"
            for issue in error.issues
        )
        return {"message": text, "code": "VALIDATION_ERROR"}
    if isinstance(error, MalformedJson):
        return {"message": "Invalid JSON in request body", "code": "BAD_REQUEST"}
    return {"message": redact(error.message), "code": error.code or _code_of(status)}


def _code_of(status: int) -> str:
    return HTTPStatus(status).name


def _is_auth(path: str) -> bool:
    return path == "/api/auth" or path.startswith("/api/auth/")


def _json(body: dict[str, Any], status: int, headers: Mapping[str, str]) -> HTTPResponse:
    return HTTPResponse(
        orjson.dumps(body), status=status, headers=dict(headers), content_type="application/json"
    )


def _zerobyte_error(request: HttpRequest, error: errors.ZerobyteError) -> HTTPResponse:
    if status_of(type(error)) >= 500:
        _log.warning(
            "a request failed",
            method=request.method,
            path=request.path,
            error=type(error).__name__,
            reason=error.message,
        )
    return error_response(error, request.path)


def _sanic_error(request: HttpRequest, error: SanicException) -> HTTPResponse:
    status = error.status_code
    if status >= 500 and status != 503:
        return _unexpected_error(request, error)
    if status == 413:
        discard_body(request)
    headers = {name: str(value) for name, value in (error.headers or {}).items()}
    if isinstance(error, RouteNotFound):
        message = "Not found"
    elif isinstance(error, MethodNotAllowed):
        message = f"{strip_unstorable(request.method)} is not allowed here"
    else:
        message = _SANIC_MESSAGES.get(status) or HTTPStatus(status).phrase
    body: dict[str, Any] = {"message": message}
    if _is_auth(request.path):
        body["code"] = _code_of(status)
    return _json(body, status, headers)


def _unexpected_error(request: HttpRequest, error: Exception) -> HTTPResponse:
    if (known := db_errors.translated(error)) is not None:
        # Rate-limited: every request fails on a full disk, and workers retry every second.
        failures = cast("db_errors.FailureLog", request.app.ctx.database_failures)
        failures.failed(known, method=request.method, path=request.path)
        return error_response(known, request.path)
    reference = ids.token(8)
    _log.error(
        "an unexpected error",
        reference=reference,
        method=request.method,
        path=request.path,
        exc_info=error,
    )
    message = f"Something went wrong on our side. Reference for the log: {reference}"
    body = {"message": message}
    if _is_auth(request.path):
        body["code"] = "INTERNAL_SERVER_ERROR"
    return _json(body, 500, {})
