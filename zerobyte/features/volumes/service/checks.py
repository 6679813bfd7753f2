"""Validate volume names, save rows, and describe the state of a volume."""

from collections.abc import Awaitable, Callable
from typing import Final, cast

from tortoise.exceptions import IntegrityError

from zerobyte.contract.volumes import VolumeStatus
from zerobyte.core.errors import Conflict, Invalid
from zerobyte.db import constraints
from zerobyte.features.volumes import schemas
from zerobyte.features.volumes.models import Volume

VolumeCheck = Callable[[Volume], Awaitable[None]]
"""Raises Conflict if the volume must not be changed now."""
_MAX_NAME: Final = 255


def volume_name(text: str) -> str:
    """Return the trimmed name. Raises Invalid if it is not a valid name."""
    name = text.strip()
    if not name:
        raise Invalid.at(["name"], "Volume name cannot be empty")
    if len(name) > _MAX_NAME:
        raise Invalid.at(["name"], f"Volume name cannot be longer than {_MAX_NAME} characters")
    if not name.isprintable():
        raise Invalid.at(["name"], "Volume name cannot contain control characters")
    return name


def state(volume: Volume) -> schemas.VolumeState:
    """Return the status of a volume with its error."""
    error = volume.last_error if volume.status == "error" else None
    return schemas.VolumeState(
        status=cast("VolumeStatus", volume.status), error=error, message=error
    )


async def save(volume: Volume) -> None:
    """Write the row. Raises Conflict if another volume of the organization has this name."""
    try:
        await volume.save()
    except IntegrityError as error:
        if not constraints.breaks_unique(error, "organization_id", "name"):
            raise
        raise Conflict("A volume with this name already exists") from None
