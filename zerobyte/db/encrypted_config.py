"""Encrypt and mask the secrets of stored configs, and merge masked ones on update.

A sealed value is bound to its table, row and field: it cannot be decrypted anywhere else.
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
"""The config models of one feature by their discriminator value."""

_DAMAGED: Final = "The stored settings are damaged or no longer allowed. Enter them again."


class DamagedConfig(Unsealable):
    """A stored config cannot be read: it is damaged, or a newer rule rejects it."""


class Seals(Protocol):
    """Encrypts and decrypts texts, such as `zerobyte.core.secrets.Sealer`."""

    def seal(self, text: str, *, aad: str) -> str:
        """Encrypt a text, bound to `aad`."""
        ...

    def unseal(self, sealed: str, *, aad: str) -> str:
        """Decrypt a text that is bound to the same `aad`."""
        ...


def _alias(model: type[Config], name: str) -> str:
    return model.model_fields[name].alias or to_camel(name)


def seal(sealer: Seals, config: Config, *, table: str, row: str) -> dict[str, Any]:
    """Return a config as stored: by alias, without absent options, with secrets sealed."""
    stored = config.model_dump(by_alias=True, exclude_none=True)
    for name in config.secret_fields():
        alias = _alias(type(config), name)
        if alias in stored:
            stored[alias] = _seal_value(sealer, stored[alias], f"{table}:{row}:{alias}")
    return stored


def unseal(
    sealer: Seals, stored: Mapping[str, Any], model: type[Config], *, table: str, row: str
) -> dict[str, Any]:
    """Return a stored config with its secrets in plain text."""
    if not isinstance(cast("object", stored), Mapping):
        raise DamagedConfig(_DAMAGED)
    plain = dict(stored)
    for name in model.secret_fields():
        alias = _alias(model, name)
        value = plain.get(alias)
        # Older rows hold a field that became a secret later in plain text until the next start.
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
    """Validate a stored config by the input rules, before it is used.

    Raises
        DamagedConfig       it is damaged, or a newer rule rejects it.
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
    """Encrypt secrets that older versions stored in plain text. Returns the changed row count.

    Leaves encrypted values unchanged, so each start may repeat it.

    key     the column whose value the secrets of a row are bound to.
    """
    changed = 0
    for row in rows:
        stored: Any = row
        try:
            kind = kind_of(stored.config, kinds, stored.type)
        except DamagedConfig:
            continue
        bound = {"table": str(stored.describe()["table"]), "row": str(getattr(row, key))}
        new = _without_clear_secrets(sealer, stored.config, box, kind, **bound)
        if new is not None:
            await type(row).filter(pk=row.pk).update(config=new)
            changed += 1
    return changed


def _without_clear_secrets(
    sealer: Seals, stored: object, box: type[BaseModel], kind: type[Config], *, table: str, row: str
) -> dict[str, Any] | None:
    """Return the encrypted config to store, or None if it holds no plain-text secret."""
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
            return None  # the apparent user info is part of a path
        return seal(sealer, config, table=table, row=row)
    except Unsealable:
        # A damaged config cannot be read as a whole, but its secrets can be encrypted.
        for name in clear:
            new[name] = _seal_value(sealer, new[name], f"{table}:{row}:{name}")
        return new if clear else None


def _same(config: Config, stored: Mapping[str, Any], alias: str) -> bool:
    is_secret = alias in {_alias(type(config), name) for name in config.secret_fields()}
    return is_secret or config.model_dump(by_alias=True).get(alias) == stored[alias]


def _seal_value(sealer: Seals, value: object, aad: str) -> str:
    text = value if isinstance(value, str) else "json:" + orjson.dumps(value).decode()
    return sealer.seal(text, aad=aad)


def keep_masked(sent: C, stored_plain: Mapping[str, Any] | None) -> C:
    """Replace each mask in a sent config by the stored secret.

    Raises
        Invalid     no secret is stored in that field, or the address that the secret is sent to
                    has changed: then the secret must be entered again.
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
                continue  # the stored address is used as well
            if sent_plain.get(bound_alias) != (stored_plain or {}).get(bound_alias):
                raise Invalid.at(
                    ["config", alias],
                    f"{alias} must be entered again because {bound_alias} has changed",
                )
        kept[name] = value
    return sent.model_copy(update=kept) if kept else sent
