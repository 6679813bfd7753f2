"""Base classes of all wire models: aliases, strictness, and the mark of secret fields.

`zerobyte.db.encrypted_config` encrypts and masks the marked fields.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, cast, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

MASK: Final = "***"
"""Replaces a stored secret in every response; a request that sends it keeps the stored value."""


class SecretMark:
    """Marks a string field as a secret: encrypted at rest, masked in every response."""


def _blank_is_absent(value: object) -> object:
    return None if value == "" else value


def _fields_of(schema: Any) -> list[Any]:
    """Return the fields of a model's schema, with or without validators around them."""
    while isinstance(schema, dict):
        held = cast("dict[str, Any]", schema)
        if held.get("type") == "model-fields":
            return list(held["fields"].values())
        schema = held.get("schema")
    return []


def _is_optional_text(schema: Any) -> bool:
    """Return True for `str | None` or `Literal | None`, with or without validators around."""
    may_be_null = False
    while isinstance(schema, dict):
        held = cast("dict[str, Any]", schema)
        if held.get("function", {}).get("function") is _blank_is_absent:
            return False  # the schema of an inherited field has been changed already
        may_be_null = may_be_null or held.get("type") == "nullable"
        if held.get("type") in ("str", "literal"):
            return may_be_null and "" not in held.get("expected", ())
        schema = held.get("schema")
    return False


class ApiModel(BaseModel):
    """A wire model: camelCase outside, snake_case inside, unknown keys ignored.

    empty_is_absent     read an empty text in an optional field as None.
    """

    empty_is_absent: ClassVar[bool] = True
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
        extra="ignore",
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        """Return pydantic's schema; an empty text in an optional field counts as absent."""
        schema = handler(source)
        if not cls.empty_is_absent:
            return schema
        for field in _fields_of(schema):
            inner = field["schema"]
            if inner["type"] == "default" and inner.get("default", ...) is None:
                described = inner["schema"]
                if _is_optional_text(described):
                    inner["schema"] = core_schema.no_info_before_validator_function(
                        _blank_is_absent, described
                    )
        return schema


class SnakeWire(ApiModel):
    """A wire model with snake_case names outside too, as restic prints them."""

    model_config = ConfigDict(alias_generator=None)


class OmitNone(ApiModel):
    """A wire model that omits fields without a value instead of sending null."""

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        shown: dict[str, Any] = handler(self)
        return {name: value for name, value in shown.items() if value is not None}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Describe the fields, which the serializer above hides from pydantic.

        Null is not described: no response contains it, and a request may omit the field instead.
        """
        shown = handler(_without_serializer(schema))
        body = handler.resolve_ref_schema(shown)
        optional = {
            field.alias or name for name, field in cls.model_fields.items() if field.default is None
        }
        body["required"] = [name for name in body.get("required", []) if name not in optional]
        for name in optional & body.get("properties", {}).keys():
            body["properties"][name] = _without_null(body["properties"][name])
        return shown


def _without_null(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a nullable field without null."""
    kept = {name: value for name, value in described.items() if name not in ("anyOf", "default")}
    forms = [form for form in described.get("anyOf", []) if form != {"type": "null"}]
    if len(forms) == 1:
        return {**forms[0], **kept}
    return {**kept, "anyOf": forms} if forms else described


def _without_serializer(schema: Any) -> Any:
    """Copy a schema without its serializers, also inside the validators around a model."""
    described = {**schema}
    described.pop("serialization", None)
    if described.get("type") != "model-fields" and isinstance(described.get("schema"), dict):
        described["schema"] = _without_serializer(described["schema"])
    return described


class Patch(ApiModel):
    """The body of a change: absent fields stay unchanged, so the schema has no defaults."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Describe the fields without the defaults, which only mark absent fields."""
        shown = handler(schema)
        for described in handler.resolve_ref_schema(shown).get("properties", {}).values():
            described.pop("default", None)
        return shown


class AsStored:
    """Marks a response field: described by its type, sent as stored, never validated.

    A row that an older version stored, or that a newer rule would refuse, must not break a list.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Use the type for the description only."""
        return core_schema.no_info_wrap_validator_function(
            _unchanged,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(_itself),
        )


def _unchanged(value: Any, _: Any) -> Any:
    return value


def _itself(value: Any) -> Any:
    return value


class Config(OmitNone):
    """The settings of one backend, stored as JSON with encrypted secret fields.

    bound_to    names of the fields that decide the receiver of a secret (host, port, user …).
                If one of them changes, a mask is refused: the user must enter the secret again.
    """

    bound_to: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def secret_fields(cls) -> Iterator[str]:
        """Yield the Python names of the secret fields, in order of declaration."""
        for name, field in cls.model_fields.items():
            if any(isinstance(mark, SecretMark) for mark in field.metadata):
                yield name


def kinds_of(union: Any) -> dict[str, type[Config]]:
    """Return the members of a union of configs by the value of its discriminator."""
    members, field = get_args(union)[:2]
    return {
        get_args(kind.model_fields[field.discriminator].annotation)[0]: kind
        for kind in get_args(members)
    }


Trimmed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text that is validated after its leading and trailing blanks are removed."""
NonEmpty = Annotated[str, Field(min_length=1)]
Secret = Annotated[str, Field(min_length=1), SecretMark()]
OptionalSecret = Annotated[str | None, SecretMark()]


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def not_given() -> Any:
    """Return the default of a field that may be absent from a change, but not null.

    `model_fields_set` contains the given fields; the OpenAPI document shows no default.
    """
    return Field(default=None, json_schema_extra=_without_default)


def _digits(value: object) -> object:
    """Convert a string of digits to a number, because bodies are validated strictly."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


Port = Annotated[int, Field(ge=1, le=65535), BeforeValidator(_digits)]
"""A TCP port; a string of digits is accepted too, because clients send form values."""
EpochMs = Annotated[int, Field(description="Milliseconds since 1970-01-01T00:00:00Z.")]


class Message(ApiModel):
    """A response with a message only."""

    message: str


class Success(ApiModel):
    """The operation has succeeded."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    success: bool = True
