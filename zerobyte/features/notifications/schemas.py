"""Request and response models of notification destinations."""

from typing import Annotated

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, Patch, not_given
from zerobyte.contract.notifications import DestinationConfig, DestinationStatus, DestinationType


class CreateDestination(ApiModel):
    """A new destination; it is created enabled."""

    name: str
    config: DestinationConfig


class UpdateDestination(Patch):
    """Fields to change; a config replaces the whole stored one and may have another type."""

    name: str = not_given()
    enabled: bool = not_given()
    config: DestinationConfig = not_given()


class Destination(ApiModel):
    """A notification destination; secrets in `config` are masked, headers as `Name: ***`."""

    id: int
    name: str
    enabled: bool
    status: DestinationStatus
    last_checked: EpochMs | None
    last_error: str | None
    type: DestinationType
    config: Annotated[DestinationConfig, AsStored()]
    created_at: EpochMs
    updated_at: EpochMs
    organization_id: str


class Tested(ApiModel):
    """The test message was delivered."""

    success: bool
