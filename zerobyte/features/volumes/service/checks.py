"""Checks of a volume's name, and its state as routes answer it."""

from typing import Final, cast

from zerobyte.contract.volumes import VolumeStatus
from zerobyte.core.errors import Invalid
from zerobyte.features.volumes import schemas
from zerobyte.features.volumes.models import Volume

_MAX_NAME: Final = 255


def volume_name(text: str) -> str:
    """Return the trimmed name. Raises Invalid when it cannot be one."""
    name = text.strip()
    if not name:
        raise Invalid.at(["name"], "Volume name cannot be empty")
    if len(name) > _MAX_NAME:
        raise Invalid.at(["name"], f"Volume name cannot be longer than {_MAX_NAME} characters")
    if not name.isprintable():
        raise Invalid.at(["name"], "Volume name cannot contain control characters")
    return name


def state(volume: Volume) -> schemas.VolumeState:
    """The status of a volume, with the error that caused it."""
    error = volume.last_error if volume.status == "error" else None
    return schemas.VolumeState(
        status=cast("VolumeStatus", volume.status), error=error, message=error
    )
