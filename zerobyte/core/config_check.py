"""Refuse a config whose fields break their rules, at save and again before use."""

from pydantic import BaseModel

from zerobyte.contract.field_rules import FieldRefused, check_config
from zerobyte.core.errors import Invalid


def require_valid(config: BaseModel) -> None:
    """Check every field of a config in plain text. Raises Invalid with the field's path."""
    try:
        check_config(config)
    except FieldRefused as error:
        raise Invalid.at(["config", error.field], str(error)) from None
