"""Turns rows of volumes and driver values into what clients receive."""

from pathlib import Path
from typing import Any, Final

from zerobyte.contract.base import kinds_of
from zerobyte.contract.volumes import VolumeConfig, VolumeConfigBox
from zerobyte.db import encrypted_config
from zerobyte.features.volumes import models, schemas
from zerobyte.hosts import api
from zerobyte.hosts.api import Entry

KINDS: Final = kinds_of(VolumeConfig)


def parsed(config: dict[str, Any]) -> VolumeConfig:
    """Return a stored config as a model; sealed secrets stay sealed. Raises DamagedConfig."""
    return encrypted_config.parsed(VolumeConfigBox, config).config


def path_of(row: models.Volume, *, volumes_dir: Path) -> Path:
    """Where the files of a volume are on its host."""
    return api.path_of(parsed(row.config), volumes_dir=volumes_dir, short_id=row.short_id)


def volume(row: models.Volume) -> schemas.Volume:
    """A volume as it stands in lists."""
    return schemas.Volume.model_construct(**_fields(row))


def details(row: models.Volume, *, volumes_dir: Path) -> schemas.VolumeDetails:
    """A volume as it stands alone."""
    try:
        path = str(path_of(row, volumes_dir=volumes_dir))
    except encrypted_config.DamagedConfig:
        path = ""
    return schemas.VolumeDetails.model_construct(**_fields(row), path=path)


def _fields(row: models.Volume) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in schemas.Volume.model_fields}
    return {**shown, "config": encrypted_config.masked(row.config, KINDS, row.type)}


def file(entry: Entry) -> schemas.VolumeFileEntry:
    """One entry of a volume's folder."""
    return schemas.VolumeFileEntry(
        name=entry.name,
        path=entry.path,
        type=entry.kind,
        size=entry.size_bytes,
        modified_at=entry.modified_at,
    )


def directory(entry: Entry) -> schemas.DirectoryEntry:
    """One folder of the host."""
    return schemas.DirectoryEntry(name=entry.name, path=entry.path, modified_at=entry.modified_at)
