"""Request and response models of volumes."""

from typing import Annotated, Literal

from pydantic import Field

from zerobyte.contract.base import ApiModel, AsStored, EpochMs, OmitNone, Patch, not_given
from zerobyte.contract.paging import PageQuery
from zerobyte.contract.volumes import VolumeConfig, VolumeStatus, VolumeType


class CreateVolume(ApiModel):
    """A new volume; it is mounted at once."""

    name: str
    config: VolumeConfig


class UpdateVolume(Patch):
    """The fields to change; a config replaces the stored one as a whole."""

    name: str = not_given()
    auto_remount: bool = not_given()
    config: VolumeConfig = not_given()


class TestConnection(ApiModel):
    """A config to test; it is not stored."""

    __test__ = False

    config: VolumeConfig


class ConnectionTested(ApiModel):
    """The result of a test: whether the config can be mounted, or why not."""

    success: bool
    message: str


class Volume(ApiModel):
    """A volume; secrets in `config` are masked."""

    id: int
    short_id: str
    provisioning_id: str | None
    name: str
    type: VolumeType
    status: VolumeStatus
    last_error: str | None
    last_health_check: EpochMs
    created_at: EpochMs
    updated_at: EpochMs
    config: Annotated[VolumeConfig, AsStored()]
    auto_remount: bool
    agent_id: str
    organization_id: str


class VolumeDetails(Volume):
    """A volume and the path of its files on its host while it is mounted."""

    path: str


class Space(ApiModel):
    """Bytes of the file system; all 0 if it is not mounted or does not answer within a second."""

    total: int
    used: int
    free: int


class VolumeWithSpace(ApiModel):
    """A volume and the space of its file system."""

    volume: VolumeDetails
    statfs: Space


class VolumeState(OmitNone):
    """The status after an operation; after a failure `error` and `message` are equal."""

    status: VolumeStatus
    error: str | None = None
    message: str | None = None


class ListVolumeFilesQuery(PageQuery):
    """A page of a folder; numbers outside their range are clamped."""

    path: str = ""


class VolumeFileEntry(OmitNone):
    """An entry of a folder. A link has the type of its target if that is in the volume."""

    name: str
    path: str
    type: Literal["directory", "file"]
    size: int | None = None
    modified_at: EpochMs | None = None


class VolumeFilePage(ApiModel):
    """Part of a folder: folders first, then by name, ignoring case."""

    files: list[VolumeFileEntry]
    path: str
    offset: int
    limit: int
    total: int
    has_more: bool


class BrowseQuery(ApiModel):
    """A folder of the host."""

    path: str = ""


class DirectoryEntry(OmitNone):
    """A folder of the host."""

    name: str
    path: str
    type: Literal["directory"] = "directory"
    modified_at: EpochMs | None = None


class Directories(ApiModel):
    """The folders directly inside a folder of the host."""

    directories: list[DirectoryEntry]
    path: str = Field(description="The requested folder as a normalized path.")
