"""The check that rejects a config whose fields break their rules, at save and before use."""

from collections.abc import Sequence

from pydantic import BaseModel

from zerobyte.contract.field_rules import FieldRefused, Rules, check_config
from zerobyte.core.errors import Invalid


def require_valid(
    config: BaseModel, rules: Rules | None = None, *, at: Sequence[str] = ("config",)
) -> None:
    """Check every field of a config in plain text. Raises Invalid with the field's path.

    rules   the rules of models outside the contract.
    at      the path of the config in the body.
    """
    try:
        check_config(config, rules)
    except FieldRefused as error:
        raise Invalid.at([*at, error.field], str(error)) from None
