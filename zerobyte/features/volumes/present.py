"""Convert volume rows and file entries to response models."""

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
    """Return a stored config as a model, secrets still encrypted. Raises DamagedConfig."""
    return encrypted_config.parsed(VolumeConfigBox, config).config


def path_of(row: models.Volume, *, volumes_dir: Path) -> Path:
    """Return the path of a volume's files on its host."""
    return api.path_of(parsed(row.config), volumes_dir=volumes_dir, short_id=row.short_id)


def volume(row: models.Volume) -> schemas.Volume:
    """Return a volume as an entry of a list."""
    return schemas.Volume.model_construct(**_fields(row))


def details(row: models.Volume, *, volumes_dir: Path) -> schemas.VolumeDetails:
    """Return a volume with its path."""
    try:
        path = str(path_of(row, volumes_dir=volumes_dir))
    except encrypted_config.DamagedConfig:
        path = ""
    return schemas.VolumeDetails.model_construct(**_fields(row), path=path)


def _fields(row: models.Volume) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in schemas.Volume.model_fields}
    return {**fields, "config": encrypted_config.masked(row.config, KINDS, row.type)}


def file(entry: Entry) -> schemas.VolumeFileEntry:
    """Return one entry of a volume's folder."""
    return schemas.VolumeFileEntry(
        name=entry.name,
        path=entry.path,
        type=entry.kind,
        size=entry.size_bytes,
        modified_at=entry.modified_at,
    )


def directory(entry: Entry) -> schemas.DirectoryEntry:
    """Return one folder of the host."""
    return schemas.DirectoryEntry(name=entry.name, path=entry.path, modified_at=entry.modified_at)
