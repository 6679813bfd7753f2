"""Secrets inside stored configs: sealed in the row, masked in answers, kept when masked.

A sealed value is bound to its table, row and field: moved elsewhere it cannot be opened.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol, TypeVar, cast

import orjson
from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from tortoise.models import Model

from zerobyte.contract.base import MASK, Config
from zerobyte.core.errors import Invalid
from zerobyte.core.redact import redact_user_info
from zerobyte.core.secrets import Sealer, Unsealable

C = TypeVar("C", bound=Config)
B = TypeVar("B", bound=BaseModel)
Kinds = Mapping[str, type[Config]]
"""The models of one family of configs by what names each."""

_DAMAGED: Final = "The stored settings are damaged or no longer allowed. Enter them again."


class DamagedConfig(Unsealable):
    """A stored config cannot be read: it is damaged, or a newer rule refuses it."""


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
            stored[alias] = _seal_value(sealer, stored[alias], f"{table}:{row}:{alias}")
    return stored


def unseal(
    sealer: Seals, stored: Mapping[str, Any], model: type[Config], *, table: str, row: str
) -> dict[str, Any]:
    """The JSON of a stored config with its secrets in plain text."""
    if not isinstance(cast("object", stored), Mapping):
        raise DamagedConfig(_DAMAGED)
    plain = dict(stored)
    for name in model.secret_fields():
        alias = _alias(model, name)
        value = plain.get(alias)
        # A field that became a secret later is in clear in older rows until the next start.
        if isinstance(value, str) and Sealer.is_sealed(value):
            text = sealer.unseal(plain[alias], aad=f"{table}:{row}:{alias}")
            plain[alias] = orjson.loads(text[5:]) if text.startswith("json:") else text
    return plain


def kind_of(stored: object, kinds: Kinds, row_type: str) -> type[Config]:
    """Return the model of a stored config.

    Raises
        DamagedConfig       neither the config nor its row names a known kind.
    """
    named: list[object] = [row_type]
    if isinstance(stored, Mapping):
        held = cast("Mapping[str, Any]", stored)
        named = [held.get("backend"), held.get("type"), row_type]
    for name in named:
        if isinstance(name, str) and name in kinds:
            return kinds[name]
    raise DamagedConfig(_DAMAGED)


def parsed(box: type[B], stored: object) -> B:
    """Read a stored config by the rules of input, before it is used.

    Raises
        DamagedConfig       it is damaged, or a newer rule refuses it.
    """
    try:
        return box.model_validate({"config": stored})
    except ValidationError as error:
        field = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"][2:])
        where = f" ({field})" if field else ""
        raise DamagedConfig(f"{_DAMAGED}{where}") from None


def masked(stored: object, kinds: Kinds, row_type: str) -> dict[str, Any]:
    """Return a stored config with every secret replaced by the mask; it need not be valid."""
    if not isinstance(stored, Mapping):
        return {}
    shown = dict(cast("Mapping[str, Any]", stored))
    try:
        models = [kind_of(shown, kinds, row_type)]
    except DamagedConfig:
        models = list(kinds.values())
    names = {_alias(model, name) for model in models for name in model.secret_fields()}
    for alias, value in shown.items():
        if value is not None and (alias in names or _looks_sealed(value)):
            shown[alias] = MASK
        elif isinstance(value, str) and "//" in value:
            shown[alias] = redact_user_info(value)
    return shown


def _looks_sealed(value: object) -> bool:
    return isinstance(value, str) and Sealer.is_sealed(value)


async def seal_clear_rows(
    sealer: Seals, rows: Iterable[Model], box: type[BaseModel], kinds: Kinds, *, key: str
) -> int:
    """Encrypt secrets that older versions stored in clear; return how many rows changed.

    Changes nothing that is encrypted already, so each start may repeat it.

    key     the column whose value the secrets of a row are bound to.
    """
    changed = 0
    for row in rows:
        held: Any = row
        try:
            kind = kind_of(held.config, kinds, held.type)
        except DamagedConfig:
            continue
        place = {"table": str(cast("Any", row).describe()["table"]), "row": str(getattr(row, key))}
        new = _without_clear_secrets(sealer, held.config, box, kind, **place)
        if new is not None:
            await type(row).filter(pk=row.pk).update(config=new)
            changed += 1
    return changed


def _without_clear_secrets(
    sealer: Seals, stored: object, box: type[BaseModel], kind: type[Config], *, table: str, row: str
) -> dict[str, Any] | None:
    """Return what to store instead of a config; None when it holds no secret in clear."""
    if not isinstance(stored, Mapping):
        return None
    new = dict(cast("Mapping[str, Any]", stored))
    aliases = [_alias(kind, name) for name in kind.secret_fields()]
    clear = [name for name in aliases if new.get(name) is not None and not _looks_sealed(new[name])]
    has_user_info = any(
        isinstance(value, str) and redact_user_info(value) != value for value in new.values()
    )
    if not clear and not has_user_info:
        return None
    try:
        plain = unseal(sealer, new, kind, table=table, row=row)
        config = cast("Any", parsed(box, plain)).config
        if not clear and all(_same(config, new, name) for name in new):
            return None  # what looks like user info is part of a path
        return seal(sealer, config, table=table, row=row)
    except Unsealable:
        # A damaged config cannot be read as a whole, but its secrets can be encrypted.
        for name in clear:
            new[name] = _seal_value(sealer, new[name], f"{table}:{row}:{name}")
        return new if clear else None


def _same(config: Config, stored: Mapping[str, Any], alias: str) -> bool:
    is_secret = alias in {_alias(type(config), name) for name in config.secret_fields()}
    return is_secret or config.model_dump(by_alias=True).get(alias) == stored[alias]


def _seal_value(sealer: Seals, value: object, place: str) -> str:
    text = value if isinstance(value, str) else "json:" + orjson.dumps(value).decode()
    return sealer.seal(text, aad=place)


def keep_masked(sent: C, stored_plain: Mapping[str, Any] | None) -> C:
    """Put the stored secrets where the mask was sent.

    Raises
        Invalid     nothing is stored under that field, or a field that says where the secret
                    is sent to has changed: then the secret must be entered again.
    """
    model = type(sent)
    kept: dict[str, Any] = {}
    secret = [*model.secret_fields()]
    for name in secret:
        if getattr(sent, name) != MASK:
            continue
        alias = _alias(model, name)
        value = (stored_plain or {}).get(alias)
        if value is None:
            raise Invalid.at(["config", alias], f"{alias} must be entered: none is stored yet")
        sent_plain = sent.model_dump(by_alias=True)
        for bound in model.bound_to:
            bound_alias = _alias(model, bound)
            if bound in secret and sent_plain.get(bound_alias) == MASK:
                continue  # the stored address is kept too
            if sent_plain.get(bound_alias) != (stored_plain or {}).get(bound_alias):
                raise Invalid.at(
                    ["config", alias],
                    f"{alias} must be entered again because {bound_alias} has changed",
                )
        kept[name] = value
    return sent.model_copy(update=kept) if kept else sent
