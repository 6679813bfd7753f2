"""The base class of inputs that refuse unknown keys instead of ignoring them."""

from typing import cast

from pydantic import ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from zerobyte.contract.base import ApiModel


class Exact(ApiModel):
    """An input that refuses unknown keys: a misspelt key would delete other data."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False})

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, sent: object) -> object:
        if not isinstance(sent, dict):
            return sent
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in cast("dict[str, object]", sent):
            if key not in known and key not in cls.model_fields:
                raise PydanticCustomError(
                    "extra_forbidden",
                    "Unknown key {key}; the known keys are {known}",
                    {"key": repr(key[:64]), "known": ", ".join(known)},
                )
        return cast("object", sent)
