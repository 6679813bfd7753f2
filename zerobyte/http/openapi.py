"""Build the OpenAPI 3.1 document from the operations of the routes.

The document is sorted and deterministic. Everything in it comes from an `Operation`.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final, cast

from pydantic import BaseModel, TypeAdapter
from pydantic.alias_generators import to_camel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from zerobyte import __version__
from zerobyte.core import errors
from zerobyte.http.app_type import HttpApp
from zerobyte.http.auth import Permission
from zerobyte.http.endpoint import Operation, operation_of
from zerobyte.http.errors import status_of

TITLE: Final = "Zerobyte API"
VERSION: Final = __version__
_REF: Final = "#/components/schemas/{model}"
_COOKIE: Final = "zerobyte.session_token"

_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {"type": "string", "description": "What happened, in one sentence."},
        "details": {"type": "string", "description": "A longer text behind the message."},
        "code": {"type": "string"},
    },
}
_VALIDATION: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {"type": "string", "description": "The first problem, in words."},
        "success": {"const": False, "type": "boolean"},
        "error": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "path", "message"],
                "properties": {
                    "code": {"type": "string"},
                    "path": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def operations(app: HttpApp) -> dict[tuple[str, str], Operation]:
    """Return the operations of an app by (documented path, method in lower case)."""
    found: dict[tuple[str, str], Operation] = {}
    for route in app.router.routes:
        operation = operation_of(route.handler)
        if operation is not None:
            for method in cast("Iterable[str]", route.methods):
                found[documented_path(route.path), method.lower()] = operation
    return found


def documented_path(path: str) -> str:
    """Convert `api/v1/x/<short_id:str>` to `/api/v1/x/{shortId}`."""
    steps = path.strip("/").split("/")
    return "/" + "/".join(
        "{" + to_camel(step[1:-1].partition(":")[0]) + "}" if step.startswith("<") else step
        for step in steps
    )


def document(app: HttpApp, *, server: str | None = None, under: str = "/api/v1/") -> dict[str, Any]:
    """Return the document of an app's operations; call it after the routes were added.

    server      base URL of the API; None makes it relative to the document.
    under       prefix of the described paths.
    """
    found = {
        (path, method): operation
        for (path, method), operation in operations(app).items()
        if path.startswith(under) and method not in ("head", "options")
    }
    schemas = _Schemas(found.values())
    paths: dict[str, dict[str, Any]] = {}
    for (path, method), operation in sorted(found.items()):
        paths.setdefault(path, {})[method] = _operation_object(path, operation, schemas)
    body: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": dict(
                sorted(
                    {**schemas.components, "Error": _ERROR, "ValidationError": _VALIDATION}.items()
                )
            ),
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
                "session": {"type": "apiKey", "in": "cookie", "name": _COOKIE},
            },
        },
        "tags": [{"name": tag} for tag in sorted({o.tag for o in found.values()})],
    }
    # Relative to the document itself, so it is correct at every address of the API.
    body["servers"] = [{"url": server or "/"}]
    return body


class _Generator(GenerateJsonSchema):
    """Pydantic's generator without titles that only repeat the name of a field or model.

    shared      models of request bodies that responses contain too.
    """

    shared: frozenset[str] = frozenset()

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        made = super().model_schema(schema)
        if made.get("title") == schema["cls"].__name__:
            made.pop("title")
        if self.mode == "serialization" and schema["cls"].__name__ not in self.shared:
            # Responses contain every field, also one that has its default value.
            made["required"] = list(made.get("properties", {}))
        return made


class _Schemas:
    """Pydantic's schemas of all models at once, so that equal models share one component."""

    def __init__(self, found: Iterable[Operation]) -> None:
        wanted: dict[tuple[str, JsonSchemaMode], TypeAdapter[Any]] = {}
        for operation in found:
            for kind in (operation.body, operation.query):
                if kind is not None:
                    wanted[_key(kind), "validation"] = TypeAdapter(kind)
            for kind in operation.returns.values():
                if kind is not None:
                    wanted[_key(kind), "serialization"] = TypeAdapter(kind)
        inputs = [(*key, wanted[key]) for key in sorted(wanted)]
        _, accepted = _generate([one for one in inputs if one[1] == "validation"], _Generator)
        # A model of requests and responses keeps one schema, in which defaults are optional.
        generator = type("_Generator", (_Generator,), {"shared": frozenset(accepted)})
        self._schemas, self.components = _generate(inputs, generator)

    def get(self, kind: Any, mode: JsonSchemaMode) -> dict[str, Any]:
        """Return the schema of a body, query or response type of the operations."""
        return self._schemas[_key(kind), mode]

    def fields_of(self, model: type[BaseModel]) -> tuple[dict[str, Any], list[str]]:
        """Return the properties of a model and the names of the required ones."""
        schema = self.get(model, "validation")
        if "$ref" in schema:
            schema = self.components[schema["$ref"].rpartition("/")[2]]
        return schema.get("properties", {}), schema.get("required", [])


def _generate(
    inputs: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]],
    generator: type[GenerateJsonSchema],
) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """Return the schemas of types, and the components that they refer to."""
    made, defined = TypeAdapter.json_schemas(
        inputs, by_alias=True, ref_template=_REF, schema_generator=generator
    )
    return made, defined.get("$defs", {})


def _key(kind: Any) -> str:
    name = getattr(kind, "__qualname__", None)
    plain = name is not None and not getattr(kind, "__args__", None)
    return f"{kind.__module__}.{name}" if plain else repr(kind)


def _operation_object(path: str, operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": _parameters(path, operation, schemas),
        "responses": _responses(operation, schemas),
        "security": []
        if operation.permission is Permission.PUBLIC
        else [{"session": []}]
        if operation.permission.needs_browser
        else [{"apiKey": []}, {"session": []}],
    }
    described["x-permission"] = operation.permission.value.name
    if operation.description:
        described["description"] = operation.description
    if operation.body is not None:
        described["requestBody"] = {
            "required": not operation.body_optional,
            "content": {"application/json": {"schema": schemas.get(operation.body, "validation")}},
        }
    return described


def _parameters(path: str, operation: Operation, schemas: _Schemas) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": step[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for step in path.split("/")
        if step.startswith("{")
    ]
    if operation.query is not None:
        properties, required = schemas.fields_of(operation.query)
        for name, schema in properties.items():
            parameters.append(
                {"name": name, "in": "query", "required": name in required, "schema": schema}
            )
    return parameters


def _responses(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, kind in operation.returns.items():
        answer: dict[str, Any] = {"description": _status_phrase(status)}
        if kind is not None:
            content = {operation.content_type: {"schema": schemas.get(kind, "serialization")}}
            answer["content"] = content
        elif operation.more_content_types:
            binary = {"schema": {"type": "string", "format": "binary"}}
            kinds = (operation.content_type, *operation.more_content_types)
            answer["content"] = dict.fromkeys(kinds, binary)
        elif operation.content_type != "application/json":
            answer["content"] = {operation.content_type: {}}
        responses[str(status)] = answer
    for status in sorted(_error_statuses(operation)):
        name = "ValidationError" if status == 400 else "Error"
        responses[str(status)] = {
            "description": _status_phrase(status),
            "content": {"application/json": {"schema": {"$ref": _REF.format(model=name)}}},
        }
    return dict(sorted(responses.items()))


def _status_phrase(status: int) -> str:
    # Python renamed two phrases; the document must not depend on its version.
    return {413: "Content Too Large", 422: "Unprocessable Content"}.get(
        status, HTTPStatus(status).phrase
    )


def _error_statuses(operation: Operation) -> set[int]:
    statuses = {status_of(kind) for kind in operation.errors} | {429, 500}
    if operation.permission is not Permission.PUBLIC:
        statuses |= {401, 403}
    if operation.body is not None or operation.query is not None:
        statuses.add(status_of(errors.Invalid))
    if operation.body is not None:
        statuses |= {413, 415}
    return statuses - set(operation.returns)
