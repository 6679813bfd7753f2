"""Base classes of every wire model, and the mark that makes a field a secret.

Owns the aliasing, the strictness and the masking rules that all models share. Refuses to know
how a secret is sealed: that is `zerobyte.db.sealed`.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

MASK: Final = "***"
"""What stands for a stored secret in every answer; sent back, it keeps the stored value."""


class SecretMark:
    """Marks a string field as a secret: sealed at rest, masked in every answer."""


class Wire(BaseModel):
    """A model of the wire: camelCase outside, snake_case inside, unknown keys ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        hide_input_in_errors=True,
        extra="ignore",
    )


class View(Wire):
    """A wire model that is only ever answered: it is described with every field always there."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class SnakeWire(Wire):
    """A wire model whose names stay snake_case outside too: what restic prints."""

    model_config = ConfigDict(alias_generator=None)


class Sparse(Wire):
    """A wire model that leaves out what was never given, instead of saying null."""

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        shown: dict[str, Any] = handler(self)
        return {name: value for name, value in shown.items() if value is not None}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the fields themselves: the serializer above hides them from pydantic."""
        described = {**core_schema}
        described.pop("serialization", None)
        shown = handler(cast("CoreSchema", described))
        body = handler.resolve_ref_schema(shown)
        optional = {
            field.alias or name for name, field in cls.model_fields.items() if field.default is None
        }
        body["required"] = [name for name in body.get("required", []) if name not in optional]
        return shown


class Config(Sparse):
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


class Message(Wire):
    """An answer that only says something."""

    message: str
