"""Base classes of every wire model, and the mark that makes a field a secret.

Owns the aliasing, the strictness and the masking rules that all models share. Refuses to know
how a secret is sealed: that is `zerobyte.db.encrypted_config`.
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
"""What stands for a stored secret in every answer; sent back, it keeps the stored value."""


class SecretMark:
    """Marks a string field as a secret: sealed at rest, masked in every answer."""


def _blank_is_absent(value: object) -> object:
    return None if value == "" else value


def _fields_of(schema: Any) -> list[Any]:
    """Return the fields of a model's schema, whatever validators stand around them."""
    while isinstance(schema, dict):
        held = cast("dict[str, Any]", schema)
        if held.get("type") == "model-fields":
            return list(held["fields"].values())
        schema = held.get("schema")
    return []


def _is_optional_text(schema: Any) -> bool:
    """Return True for `str | None` or known words or None, whatever validators stand around."""
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
    """A model of the wire: camelCase outside, snake_case inside, unknown keys ignored.

    empty_is_absent     whether an empty text in an optional field is read as None.
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
        """Return pydantic's schema, with an empty text counting as absent in optional fields."""
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


class ResponseModel(ApiModel):
    """A wire model that is only ever answered: it is described with every field always there."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class SnakeWire(ApiModel):
    """A wire model whose names stay snake_case outside too: what restic prints."""

    model_config = ConfigDict(alias_generator=None)


class OmitNone(ApiModel):
    """A wire model that leaves out what was never given, instead of saying null."""

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        shown: dict[str, Any] = handler(self)
        return {name: value for name, value in shown.items() if value is not None}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Describe the fields themselves: the serializer above hides them from pydantic."""
        shown = handler(_without_serializer(schema))
        body = handler.resolve_ref_schema(shown)
        optional = {
            field.alias or name for name, field in cls.model_fields.items() if field.default is None
        }
        body["required"] = [name for name in body.get("required", []) if name not in optional]
        return shown


def _without_serializer(schema: Any) -> Any:
    """Copy a schema without its serializers, also inside the validators around a model."""
    described = {**schema}
    described.pop("serialization", None)
    if described.get("type") != "model-fields" and isinstance(described.get("schema"), dict):
        described["schema"] = _without_serializer(described["schema"])
    return described


class Patch(ApiModel):
    """The body of a change: what is left out stays, so no field describes a default."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """Describe the fields without the defaults that only tell absent from given."""
        shown = handler(schema)
        for described in handler.resolve_ref_schema(shown).get("properties", {}).values():
            described.pop("default", None)
        return shown


class AsStored:
    """Marks a field of an answer: described by its type, shown as stored, never validated.

    A row that an older version stored, or that a newer rule would refuse, must not break a list.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Keep the type for the description alone."""
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
    """The settings of one backend, stored as JSON with its secret fields sealed.

    bound_to    names of the fields that say where a secret is sent to (host, port, user …).
                When one of them changes, a mask is refused: the secret must be typed again.
    """

    bound_to: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def secret_fields(cls) -> Iterator[str]:
        """The python names of the fields that are secrets, in order of declaration."""
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
"""A text that is checked after the blanks at its ends are gone."""
NonEmpty = Annotated[str, Field(min_length=1)]
Secret = Annotated[str, Field(min_length=1), SecretMark()]
OptionalSecret = Annotated[str | None, SecretMark()]


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def not_given() -> Any:
    """The default of a field that may be left out of a change, but may not be null.

    `model_fields_set` tells whether it was given; the OpenAPI document shows no default.
    """
    return Field(default=None, json_schema_extra=_without_default)


def _digits(value: object) -> object:
    """Turn a string of digits into the number it shows; bodies are validated strictly."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


Port = Annotated[int, Field(ge=1, le=65535), BeforeValidator(_digits)]
"""A TCP port; digits in a string are taken too, as clients send form values."""
EpochMs = Annotated[int, Field(description="Milliseconds since 1970-01-01T00:00:00Z.")]


class Message(ApiModel):
    """An answer that only says something."""

    message: str


class Success(ApiModel):
    """It is done."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    success: bool = True
