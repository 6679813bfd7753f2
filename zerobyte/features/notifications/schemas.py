"""What clients send and receive about notification destinations."""

from typing import Annotated

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, Patch, not_given
from zerobyte.contract.notifications import DestinationConfig, DestinationStatus, DestinationType


class CreateDestination(ApiModel):
    """A new destination; it is enabled at once."""

    name: str
    config: DestinationConfig


class UpdateDestination(Patch):
    """What changes; a config replaces the stored one as a whole, and may be of another type."""

    name: str = not_given()
    enabled: bool = not_given()
    config: DestinationConfig = not_given()


class Destination(ApiModel):
    """A destination as it stands; secrets in `config` are masked, a header as `Name: ***`."""

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
    """The test message arrived."""

    success: bool
