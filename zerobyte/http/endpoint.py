"""The `@endpoint` decorator, which turns a typed function into a route.

Each request passes these steps: authenticate, permission, query, body, handler, response. The
`Operation` is the single description behind validation, responses and the OpenAPI document.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, cast, get_type_hints
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter
from pydantic.alias_generators import to_camel
from sanic import HTTPResponse
from sanic.response import BaseHTTPResponse

from zerobyte.core.aio import run_uninterrupted
from zerobyte.core.errors import Forbidden, Unavailable, UnsupportedMedia, ZerobyteError
from zerobyte.http import audit
from zerobyte.http.auth import Authenticator, HttpRequest, Permission, header
from zerobyte.http.validation import from_form, from_json, from_query

T = TypeVar("T")
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
_SPECIAL: Final = ("actor", "person", "body", "query", "request")
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The static description of one operation.

    returns         by status; the first is the usual response. A value is a model, a list of
                    models, a model or None, or None for a response without JSON.
    content_type    content type of the usual response.
    more_content_types  its other content types; all of them are then files.
    form            True if the body may also be an HTML form.
    audited         None audits every method but GET, HEAD and OPTIONS; see `audit.AuditRule`.
    audit_fields    body fields that the audit log may hold: ids, roles and states.
    forbidden_code  code of the 403 for a user without the permission.
    """

    operation_id: str
    tag: str
    returns: Mapping[int, Any]
    body: type[BaseModel] | None = None
    body_optional: bool = False
    query: type[BaseModel] | None = None
    errors: tuple[type[ZerobyteError], ...] = ()
    permission: Permission = Permission.MEMBER
    summary: str = ""
    description: str = ""
    content_type: str = "application/json"
    more_content_types: tuple[str, ...] = ()
    form: bool = False
    audited: bool | None = None
    audit_fields: tuple[str, ...] = ()
    forbidden_code: str | None = None
    path_parameters: tuple[str, ...] = ()
    services: tuple[type[object], ...] = ()

    @property
    def status(self) -> int:
        """The status of the usual response."""
        return next(iter(self.returns))

    @property
    def audit_rule(self) -> audit.AuditRule:
        """The rule that decides which requests are audited."""
        return audit.AuditRule(
            action=self.operation_id,
            audited=self.audited,
            is_public=self.permission is Permission.PUBLIC,
            is_instance_wide=self.permission.is_instance_wide,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A handler's result with another status or with headers.

    status      one of the operation's `returns`; None takes the first.
    """

    value: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Encoded(Generic[T]):
    """A result that is already JSON of the model that its operation declares."""

    body: bytes

    @classmethod
    def list_of(cls, items: Sequence[bytes]) -> "Encoded[Any]":
        """Join encoded items to a JSON list."""
        return cls(b"[" + b",".join(items) + b"]")

    @classmethod
    def with_encoded_fields(
        cls, model: type[BaseModel], encoded: Mapping[str, bytes], **values: Any
    ) -> "Encoded[Any]":
        """Combine encoded fields (by alias) with values, which are not validated, to one object."""
        rest = model.model_construct(**values)
        missing = {
            name for name, field in model.model_fields.items() if (field.alias or name) in encoded
        }
        parts = [f'"{name}":'.encode() + value for name, value in encoded.items()]
        text = rest.model_dump_json(by_alias=True, exclude=missing).encode()
        return cls(b",".join([b"{" + parts[0], *parts[1:], text[1:]]))


def operation_of(handler: object) -> Operation | None:
    """Return the `Operation` that `endpoint` attached to a handler."""
    return getattr(handler, "operation", None)


def audit_fields_of(path: Mapping[str, str]) -> dict[str, Any]:
    """Return the path parameters for the audit log, by alias and truncated."""
    return {to_camel(name): value[:64] for name, value in path.items()}


def endpoint(
    operation_id: str,
    *,
    tag: str,
    returns: Mapping[int, Any],
    body: type[BaseModel] | None = None,
    body_optional: bool = False,
    query: type[BaseModel] | None = None,
    errors: tuple[type[ZerobyteError], ...] = (),
    permission: Permission = Permission.MEMBER,
    summary: str = "",
    content_type: str = "application/json",
    more_content_types: tuple[str, ...] = (),
    form: bool = False,
    audited: bool | None = None,
    audit_fields: tuple[str, ...] = (),
    forbidden_code: str | None = None,
) -> Callable[[Handler], Handler]:
    """Describe an operation and call its handler with typed values instead of a request.

    The handler's parameters select the values: `actor: Actor` (or `person: Person` if no
    organization is needed), `body`, `query`, `request: HttpRequest`, path parameters by name as
    `str`, and services by type (from `app.ctx.services`).
    It returns a model, a list, None, an `Answer`, an `HTTPResponse` or an `Encoded`. None after
    `request.respond()` means that the handler has streamed its response.

    body_optional   an absent body counts as `{}`.
    """

    def decorate(handler: Handler) -> Handler:
        hints = get_type_hints(handler)
        names = [name for name in inspect.signature(handler).parameters if name != "_"]
        wanted = [(name, hints[name]) for name in names if name not in _SPECIAL]
        operation = Operation(
            operation_id=operation_id,
            tag=tag,
            returns=returns,
            body=body,
            body_optional=body_optional,
            query=query,
            errors=errors,
            permission=permission,
            summary=summary or _first_sentence(handler),
            description=_rest(handler),
            content_type=content_type,
            more_content_types=more_content_types,
            form=form,
            audited=audited,
            audit_fields=audit_fields,
            forbidden_code=forbidden_code,
            path_parameters=tuple(name for name, kind in wanted if kind is str),
            services=tuple(kind for _, kind in wanted if kind is not str),
        )
        route = _Route(handler, operation, frozenset(names), wanted)

        async def wrapper(request: HttpRequest, **path: str) -> BaseHTTPResponse | None:
            return await route(request, path)

        # Sanic names routes after the handler, and handlers of one blueprint may share a name.
        wrapper.__name__ = operation_id
        wrapper.__doc__ = handler.__doc__
        wrapper.__module__ = handler.__module__
        wrapper.operation = operation  # pyright: ignore[reportFunctionMemberAccess]
        return cast("Handler", wrapper)

    return decorate


class _Route:
    """A handler with its parameters and response encoders, computed once."""

    def __init__(
        self,
        handler: Callable[..., Awaitable[Any]],
        operation: Operation,
        names: frozenset[str],
        wanted: list[tuple[str, Any]],
    ) -> None:
        self._handler = handler
        self._operation = operation
        self._names = names
        self._arguments = wanted
        self._encoders: dict[int, TypeAdapter[Any]] = {
            status: TypeAdapter(kind)
            for status, kind in operation.returns.items()
            if kind is not None
        }
        self._audit_rule = operation.audit_rule

    async def __call__(
        self, request: HttpRequest, path: Mapping[str, str]
    ) -> BaseHTTPResponse | None:
        services: Mapping[type, object] = request.app.ctx.services
        auditor = cast("audit.Auditor | None", services.get(audit.Auditor))
        if auditor is None:
            return await self._answer(request, path, services)
        details = audit_fields_of(path)
        rule = self._audit_rule
        try:
            answer = await self._answer(request, path, services, details)
        except Exception as error:
            await audit.write_entry(auditor, rule, request, details=details, error=error)
            raise
        except asyncio.CancelledError:
            left = Unavailable("The client disconnected", code="DISCONNECTED")
            entry = audit.write_entry(auditor, rule, request, details=details, error=left)
            await run_uninterrupted(entry)
            raise
        await audit.write_entry(auditor, rule, request, details=details, answer=answer)
        return answer

    async def _answer(
        self,
        request: HttpRequest,
        path: Mapping[str, str],
        services: Mapping[type, object],
        details: dict[str, Any] | None = None,
    ) -> BaseHTTPResponse | None:
        values = await self._authenticate(request, services)
        if self._operation.query is not None:
            values["query"] = from_query(
                self._operation.query, parse_qsl(request.query_string, keep_blank_values=True)
            )
        if self._operation.body is not None:
            values["body"] = body = _read_body(request, self._operation)
            if details is not None:
                details |= {
                    to_camel(name): getattr(body, name) for name in self._operation.audit_fields
                }
        if request.method == "HEAD" and self._operation.content_type != "application/json":
            # Do not start a stream or a download whose bytes would be discarded.
            return HTTPResponse(
                status=self._operation.status, content_type=self._operation.content_type
            )
        values["request"] = request
        for name, kind in self._arguments:
            values[name] = path[name] if kind is str else services[kind]
        result = await self._handler(**{n: v for n, v in values.items() if n in self._names})
        return self._respond(request, result)

    async def _authenticate(
        self, request: HttpRequest, services: Mapping[type, object]
    ) -> dict[str, Any]:
        """Authenticate, check the permission, and return the handler's actor or person."""
        permission = self._operation.permission
        if permission is Permission.PUBLIC:
            return {}
        authenticator = cast("Authenticator", services[Authenticator])
        if permission.needs_organization:
            actor = await authenticator.actor_of(request)
            permission.check(actor)
            return {"actor": actor}
        person = await authenticator.person_of(request)
        try:
            permission.check_person(person)
        except Forbidden as error:
            code = self._operation.forbidden_code
            if code is None:
                raise
            raise Forbidden(code.replace("_", " ").capitalize(), code=code) from error
        return {"person": person}

    def _respond(self, request: HttpRequest, result: Any) -> BaseHTTPResponse | None:
        if isinstance(result, BaseHTTPResponse):
            return result
        if result is None and request.responded:
            return None
        answer = result if isinstance(result, Answer) else Answer(result)
        status = self._operation.status if answer.status is None else answer.status
        encoder = self._encoders.get(status)
        if encoder is None:
            return HTTPResponse(status=status, headers=dict(answer.headers))
        value = answer.value
        return HTTPResponse(
            value.body
            if isinstance(value, Encoded)
            else encoder.dump_json(value, by_alias=True, warnings=False),
            status=status,
            headers=dict(answer.headers),
            content_type="application/json",
        )


def _read_body(request: HttpRequest, operation: Operation) -> BaseModel:
    assert operation.body is not None
    raw = request.body
    media = header(request, "content-type").split(";")[0].strip().lower()
    if not raw and (operation.body_optional or not media):
        # Treat an absent body as an empty object, so that the error names the missing fields.
        return from_json(operation.body, b"{}")
    if operation.form and media == _FORM:
        return from_form(operation.body, raw)
    if media == "application/json" or (
        media.startswith("application/") and media.endswith("+json")
    ):
        return from_json(operation.body, raw)
    allowed = f"application/json, {_FORM}" if operation.form else "application/json"
    reason = f'Content-Type "{media}" is not allowed' if media else "Content-Type is required"
    raise UnsupportedMedia(f"{reason}. Allowed types: {allowed}")


def _first_sentence(handler: object) -> str:
    text = inspect.getdoc(handler) or ""
    return text.split("\n", 1)[0].strip()


def _rest(handler: object) -> str:
    return (inspect.getdoc(handler) or "").partition("\n")[2].strip()
