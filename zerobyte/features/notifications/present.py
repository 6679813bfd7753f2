"""Turns rows of destinations into what clients receive, and opens their secrets for sending.

Also owns the mask of a list of headers: each keeps its name and loses its value, so that people
see which headers there are and can keep some while they replace others.
"""

from typing import Any, Final

from zerobyte.contract.base import MASK, kinds_of
from zerobyte.contract.notifications import (
    DestinationConfig,
    DestinationConfigBox,
    GenericConfig,
)
from zerobyte.core.errors import Invalid
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import encrypted_config
from zerobyte.features.notifications import models, schemas

_TABLE: Final = "notification_destinations"
KINDS: Final = kinds_of(DestinationConfig)


def seal(sealer: Sealer, config: DestinationConfig, *, uid: str) -> dict[str, Any]:
    """The config as it is stored in the row of that uid."""
    return encrypted_config.seal(sealer, config, table=_TABLE, row=uid)


def plain(sealer: Sealer, row: models.Destination) -> DestinationConfig:
    """The stored config with its secrets in plain text.

    Raises
        Unsealable      they were sealed with another APP_SECRET, or the config is damaged.
    """
    model = encrypted_config.kind_of(row.config, KINDS, row.type)
    opened = encrypted_config.unseal(sealer, row.config, model, table=_TABLE, row=row.uid)
    return encrypted_config.parsed(DestinationConfigBox, opened).config


def destination(row: models.Destination, *, sealer: Sealer) -> schemas.Destination:
    """A destination as it stands."""
    shown = {name: getattr(row, name) for name in schemas.Destination.model_fields}
    config = encrypted_config.masked(row.config, KINDS, row.type)
    if row.type == "generic" and "headers" in config:
        try:
            config["headers"] = masked_headers(plain(sealer, row))
        except Unsealable:
            del config["headers"]
    return schemas.Destination.model_construct(None, **{**shown, "config": config})


def masked_headers(config: DestinationConfig) -> list[str]:
    """Every header by its name alone."""
    headers = config.headers if isinstance(config, GenericConfig) else None
    return [f"{line.partition(':')[0]}: {MASK}" for line in headers or []]


def keep_masked(sent: DestinationConfig, former: DestinationConfig | None) -> DestinationConfig:
    """Put the stored secrets where a mask was sent.

    former      the stored config in plain text; None for a new one, or when it cannot be read.

    Raises
        Invalid     nothing is stored under that name, or the secret would go somewhere else.
    """
    if former is not None and former.type != sent.type:
        former = None
    stored = None if former is None else former.model_dump(by_alias=True)
    kept = encrypted_config.keep_masked(sent, stored)
    if isinstance(kept, GenericConfig) and kept.headers:
        known = former if isinstance(former, GenericConfig) else None
        return kept.model_copy(update={"headers": _kept_headers(kept, known)})
    return kept


def _kept_headers(sent: GenericConfig, former: GenericConfig | None) -> list[str]:
    """Each masked header takes the value of the stored header of that name, in their order."""
    stored = list(former.headers or []) if former else []
    kept: list[str] = []
    for place, line in enumerate(sent.headers or []):
        name, _, value = line.partition(":")
        if value.strip() != MASK:
            kept.append(line)
            continue
        where = ["config", "headers", place]
        found = next((old for old in stored if _name(old) == name.lower()), None)
        if found is None:
            raise Invalid.at(where, f"Header {name} must be entered: none is stored yet")
        if former is None or former.url != sent.url:
            raise Invalid.at(where, f"Header {name} must be entered again because url has changed")
        stored.remove(found)
        kept.append(found)
    return kept


def _name(header: str) -> str:
    return header.partition(":")[0].lower()
