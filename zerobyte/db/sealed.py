"""Secrets inside stored configs: sealed in the row, masked in answers, kept when masked.

A sealed value is bound to its table, row and field: moved elsewhere it cannot be opened.
"""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

import orjson
from pydantic.alias_generators import to_camel

from zerobyte.contract.base import MASK, Config
from zerobyte.core.errors import Invalid

C = TypeVar("C", bound=Config)


class Seals(Protocol):
    """What seals and opens a text; `zerobyte.core.secrets.Sealer` does."""

    def seal(self, text: str, *, aad: str) -> str:
        """Seal a text for one place."""
        ...

    def unseal(self, sealed: str, *, aad: str) -> str:
        """Open a text that was sealed for the same place."""
        ...


def _alias(model: type[Config], name: str) -> str:
    return model.model_fields[name].alias or to_camel(name)


def seal(sealer: Seals, config: Config, *, table: str, row: str) -> dict[str, Any]:
    """The JSON of a config for its row: by alias, absent options left out, secrets sealed."""
    stored = config.model_dump(by_alias=True, exclude_none=True)
    for name in config.secret_fields():
        alias = _alias(type(config), name)
        if alias in stored:
            value = stored[alias]
            text = value if isinstance(value, str) else "json:" + orjson.dumps(value).decode()
            stored[alias] = sealer.seal(text, aad=f"{table}:{row}:{alias}")
    return stored


def unseal(
    sealer: Seals, stored: Mapping[str, Any], model: type[Config], *, table: str, row: str
) -> dict[str, Any]:
    """The JSON of a stored config with its secrets in plain text."""
    plain = dict(stored)
    for name in model.secret_fields():
        alias = _alias(model, name)
        if plain.get(alias) is not None:
            text = sealer.unseal(plain[alias], aad=f"{table}:{row}:{alias}")
            plain[alias] = orjson.loads(text[5:]) if text.startswith("json:") else text
    return plain


def masked(stored: Mapping[str, Any], model: type[Config]) -> dict[str, Any]:
    """The JSON of a stored config with every secret replaced by the mask."""
    shown = dict(stored)
    for name in model.secret_fields():
        alias = _alias(model, name)
        if shown.get(alias) is not None:
            shown[alias] = MASK
    return shown


def keep_masked(sent: C, stored_plain: Mapping[str, Any] | None) -> C:
    """Put the stored secrets where the mask was sent.

    Raises
        Invalid     nothing is stored under that field, or a field that says where the secret
                    is sent to has changed: then the secret must be entered again.
    """
    model = type(sent)
    kept: dict[str, Any] = {}
    for name in model.secret_fields():
        if getattr(sent, name) != MASK:
            continue
        alias = _alias(model, name)
        value = (stored_plain or {}).get(alias)
        if value is None:
            raise Invalid.at(["config", alias], f"{alias} must be entered: none is stored yet")
        sent_plain = sent.model_dump(by_alias=True)
        for bound in model.bound_to:
            bound_alias = _alias(model, bound)
            if sent_plain.get(bound_alias) != (stored_plain or {}).get(bound_alias):
                raise Invalid.at(
                    ["config", alias],
                    f"{alias} must be entered again because {bound_alias} has changed",
                )
        kept[name] = value
    return sent.model_copy(update=kept) if kept else sent
