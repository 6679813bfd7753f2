"""One decorator that turns a typed function into a route, and the record it leaves behind.

Owns the order of every request (actor, permission, query, body, handler, answer) and the
`Operation`, which is the single description that validation, answers and the OpenAPI document
are made from. Refuses to know any feature.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar, cast, get_type_hints
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter
from pydantic.alias_generators import to_camel
from sanic import HTTPResponse
from sanic.response import BaseHTTPResponse

from zerobyte.core.errors import Forbidden, UnsupportedMedia, ZerobyteError
from zerobyte.http import audit
from zerobyte.http.auth import Authenticator, HttpRequest, Permission, header
from zerobyte.http.validation import from_form, from_json, from_query

T = TypeVar("T")
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
_SPECIAL: Final = ("actor", "person", "body", "query", "request")
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Everything that is known about one operation before it is asked for.

    returns     by status; the first one is the usual answer. A value is a model, a list of
                models, a model or None, or None for an answer without JSON.
    media       content type of the usual answer.
    form        whether the body may also come as an HTML form.
    audited     None leaves a line in the audit trail for whatever changes something.
    told        fields of the body that the trail may hold: ids, roles and states.
    refusal     the code of the 403 for somebody without the permission.
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
    form: bool = False
    audited: bool | None = None
    audit_fields: tuple[str, ...] = ()
    forbidden_code: str | None = None
    path_parameters: tuple[str, ...] = ()
    services: tuple[type[object], ...] = ()

    @property
    def status(self) -> int:
        """The status of the usual answer."""
        return next(iter(self.returns))

    @property
    def audit_rule(self) -> audit.AuditRule:
        """What it leaves in the audit trail."""
        return audit.AuditRule(
            action=self.operation_id,
            audited=self.audited,
            is_public=self.permission is Permission.PUBLIC,
            is_instance_wide=self.permission.is_instance_wide,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A handler's answer when it is not the usual one.

    status      one of the operation's `returns`; None takes the first.
    """

    value: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Encoded(Generic[T]):
    """An answer that was encoded before, by the model that its operation declares."""

    body: bytes

    @classmethod
    def many(cls, items: Sequence[bytes]) -> "Encoded[Any]":
        """A list of what was encoded one by one."""
        return cls(b"[" + b",".join(items) + b"]")

    @classmethod
    def beside(
        cls, model: type[BaseModel], encoded: Mapping[str, bytes], **values: Any
    ) -> "Encoded[Any]":
        """A model of which some fields, by alias, were encoded before; the values are valid."""
        rest = model.model_construct(**values)
        missing = {
            name for name, field in model.model_fields.items() if (field.alias or name) in encoded
        }
        parts = [f'"{name}":'.encode() + value for name, value in encoded.items()]
        text = rest.model_dump_json(by_alias=True, exclude=missing).encode()
        return cls(b",".join([b"{" + parts[0], *parts[1:], text[1:]]))


def operation_of(handler: object) -> Operation | None:
    """The record that `endpoint` left on a handler."""
    return getattr(handler, "operation", None)


def audit_fields_of(path: Mapping[str, str]) -> dict[str, Any]:
    """What the audit trail may hold of a path's parameters."""
    return {to_camel(name): value[:64] for name, value in path.items()}


def endpoint(  # the house's form of an operation: every fact is a keyword
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
    form: bool = False,
    audited: bool | None = None,
    audit_fields: tuple[str, ...] = (),
    forbidden_code: str | None = None,
) -> Callable[[Handler], Handler]:
    """Describe a handler and let it receive typed values instead of a request.

    The handler's parameters say what it needs: `actor: Actor` (or `person: Person`, where no
    organization is needed), `body`, `query`, `request: HttpRequest`, path parameters by their
    name as `str`, and services by their type (found in `app.ctx.services`).
    It returns a model, a list, None, an `Answer`, an `HTTPResponse`, or what was `Encoded`
    before; None after `request.respond()` means that it has streamed its answer.

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

        # Sanic names routes after it, and families on one blueprint may repeat a short name.
        wrapper.__name__ = operation_id
        wrapper.__doc__ = handler.__doc__
        wrapper.__module__ = handler.__module__
        wrapper.operation = operation  # pyright: ignore[reportFunctionMemberAccess]
        return cast("Handler", wrapper)

    return decorate


class _Route:
    """One handler with what is worked out once: its parameters and its answers' encoders."""

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
        self._wanted = wanted
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
        about = audit_fields_of(path)
        try:
            answer = await self._answer(request, path, services, about)
        except Exception as error:
            await audit.write_entry(auditor, self._audit_rule, request, details=about, error=error)
            raise
        await audit.write_entry(auditor, self._audit_rule, request, details=about, answer=answer)
        return answer

    async def _answer(
        self,
        request: HttpRequest,
        path: Mapping[str, str],
        services: Mapping[type, object],
        about: dict[str, Any] | None = None,
    ) -> BaseHTTPResponse | None:
        given = await self._authenticate(request, services)
        if self._operation.query is not None:
            given["query"] = from_query(
                self._operation.query, parse_qsl(request.query_string, keep_blank_values=True)
            )
        if self._operation.body is not None:
            given["body"] = body = _read_body(request, self._operation)
            if about is not None:
                about |= {
                    to_camel(name): getattr(body, name) for name in self._operation.audit_fields
                }
        if request.method == "HEAD" and self._operation.content_type != "application/json":
            # A stream or a download is not begun only to throw its bytes away.
            return HTTPResponse(
                status=self._operation.status, content_type=self._operation.content_type
            )
        given["request"] = request
        for name, kind in self._wanted:
            given[name] = path[name] if kind is str else services[kind]
        result = await self._handler(**{n: v for n, v in given.items() if n in self._names})
        return self._respond(request, result)

    async def _authenticate(
        self, request: HttpRequest, services: Mapping[type, object]
    ) -> dict[str, Any]:
        """Who asks, as the handler gets it, after everything that may refuse them."""
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
        # An absent body is an empty object, so that the answer names the fields that it lacks.
        return from_json(operation.body, b"{}")
    if operation.form and media == _FORM:
        return from_form(operation.body, raw)
    if media == "application/json" or (
        media.startswith("application/") and media.endswith("+json")
    ):
        return from_json(operation.body, raw)
    allowed = f"application/json, {_FORM}" if operation.form else "application/json"
    said = f'Content-Type "{media}" is not allowed' if media else "Content-Type is required"
    raise UnsupportedMedia(f"{said}. Allowed types: {allowed}")


def _first_sentence(handler: object) -> str:
    text = inspect.getdoc(handler) or ""
    return text.split("\n", 1)[0].strip()


def _rest(handler: object) -> str:
    return (inspect.getdoc(handler) or "").partition("\n")[2].strip()
