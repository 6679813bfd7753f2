"""Encrypt, decrypt, mask and merge the secrets of destination configs.

A generic webhook's headers are masked one by one: each keeps its name and loses its value, so
that a client can see the names, keep some headers and replace others.
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
from zerobyte.features.notifications.models import Destination

_TABLE: Final = "notification_destinations"
KINDS: Final = kinds_of(DestinationConfig)


def encrypt(sealer: Sealer, config: DestinationConfig, *, uid: str) -> dict[str, Any]:
    """Return the config as it is stored in the row with this uid."""
    return encrypted_config.seal(sealer, config, table=_TABLE, row=uid)


def decrypt(sealer: Sealer, row: Destination) -> DestinationConfig:
    """Return the stored config with its secrets in plain text.

    Raises
        Unsealable      another APP_SECRET encrypted them, or the config is damaged.
    """
    model = encrypted_config.kind_of(row.config, KINDS, row.type)
    plain = encrypted_config.unseal(sealer, row.config, model, table=_TABLE, row=row.uid)
    return encrypted_config.parsed(DestinationConfigBox, plain).config


def masked(sealer: Sealer, row: Destination) -> dict[str, Any]:
    """Return the stored config with every secret masked; unreadable headers are left out."""
    config = encrypted_config.masked(row.config, KINDS, row.type)
    if row.type == "generic" and "headers" in config:
        try:
            config["headers"] = masked_headers(decrypt(sealer, row))
        except Unsealable:
            del config["headers"]
    return config


def masked_headers(config: DestinationConfig) -> list[str]:
    """Return every header with its value masked."""
    headers = config.headers if isinstance(config, GenericConfig) else None
    return [f"{line.partition(':')[0]}: {MASK}" for line in headers or []]


def merge(sent: DestinationConfig, stored: DestinationConfig | None) -> DestinationConfig:
    """Replace each mask in a sent config by the stored secret.

    stored      the stored config in plain text; None if it is new or cannot be decrypted.

    Raises
        Invalid     no secret of that name is stored, or it would be sent to another address.
    """
    if stored is not None and stored.type != sent.type:
        stored = None
    values = None if stored is None else stored.model_dump(by_alias=True)
    merged = encrypted_config.keep_masked(sent, values)
    if isinstance(merged, GenericConfig) and merged.headers:
        former = stored if isinstance(stored, GenericConfig) else None
        return merged.model_copy(update={"headers": _merged_headers(merged, former)})
    return merged


def _merged_headers(sent: GenericConfig, stored: GenericConfig | None) -> list[str]:
    """Give each masked header the value of the next stored header of its name."""
    unused = list(stored.headers or []) if stored else []
    merged: list[str] = []
    for index, line in enumerate(sent.headers or []):
        name, _, value = line.partition(":")
        if value.strip() != MASK:
            merged.append(line)
            continue
        path = ["config", "headers", index]
        match = next((header for header in unused if _name(header) == name.lower()), None)
        if match is None:
            raise Invalid.at(path, f"Header {name} must be entered: none is stored yet")
        if stored is None or stored.url != sent.url:
            raise Invalid.at(path, f"Header {name} must be entered again because url has changed")
        unused.remove(match)
        merged.append(match)
    return merged


def _name(header: str) -> str:
    return header.partition(":")[0].lower()
