"""Routes of volumes."""

from sanic import Blueprint

from zerobyte.contract.base import Message
from zerobyte.core.errors import Conflict, Failed, Forbidden, Invalid, NotFound
from zerobyte.features.volumes import schemas
from zerobyte.features.volumes.service import Volumes
from zerobyte.http.auth import Actor
from zerobyte.http.endpoint import Answer, Encoded, endpoint

volumes_v1 = Blueprint("volumes", url_prefix="/api/v1/volumes")

_TAG = "Volumes"
_PRIVATE = {"Cache-Control": "private, no-store"}


@volumes_v1.get("")
@endpoint("listVolumes", tag=_TAG, returns={200: list[schemas.Volume]})
async def list_all(actor: Actor, volumes: Volumes) -> Encoded[list[schemas.Volume]]:
    """List the volumes of the organization, oldest first."""
    return await volumes.list_all(actor)


@volumes_v1.post("")
@endpoint(
    "createVolume",
    tag=_TAG,
    body=schemas.CreateVolume,
    returns={201: schemas.VolumeDetails},
    errors=(Invalid, Forbidden, Conflict),
)
async def create(
    actor: Actor, body: schemas.CreateVolume, volumes: Volumes
) -> schemas.VolumeDetails:
    """Create a volume and mount it.

    The response has the status after mounting: a volume that cannot be mounted is stored, with the
    reason in `lastError`.
    """
    return await volumes.create(actor, body)


@volumes_v1.post("/test-connection")
@endpoint(
    "testConnection",
    tag=_TAG,
    body=schemas.TestConnection,
    returns={200: schemas.ConnectionTested},
    errors=(Invalid, Forbidden),
    audited=False,
)
async def test_connection(
    actor: Actor, body: schemas.TestConnection, volumes: Volumes
) -> schemas.ConnectionTested:
    """Test whether a volume could be mounted, without storing it."""
    return await volumes.test_connection(actor, body)


@volumes_v1.get("/filesystem/browse")
@endpoint(
    "browseFilesystem",
    tag=_TAG,
    query=schemas.BrowseQuery,
    returns={200: schemas.Directories},
    errors=(Invalid, Forbidden, NotFound),
)
async def browse(actor: Actor, query: schemas.BrowseQuery, volumes: Volumes) -> Answer:
    """List the folders inside a folder of the host, without links."""
    return Answer(await volumes.browse(actor, query), headers=_PRIVATE)


@volumes_v1.get("/<short_id:str>")
@endpoint("getVolume", tag=_TAG, returns={200: schemas.VolumeWithSpace}, errors=(NotFound,))
async def get(actor: Actor, short_id: str, volumes: Volumes) -> Encoded[schemas.VolumeWithSpace]:
    """Get a volume by its short id, with the space of its file system."""
    return await volumes.get(actor, short_id)


@volumes_v1.put("/<short_id:str>")
@endpoint(
    "updateVolume",
    tag=_TAG,
    body=schemas.UpdateVolume,
    returns={200: schemas.VolumeDetails},
    errors=(Invalid, Forbidden, NotFound, Conflict),
)
async def update(
    actor: Actor, short_id: str, body: schemas.UpdateVolume, volumes: Volumes
) -> schemas.VolumeDetails:
    """Change the fields sent; a changed config is mounted in place of the old one."""
    return await volumes.update(actor, short_id, body)


@volumes_v1.delete("/<short_id:str>")
@endpoint("deleteVolume", tag=_TAG, returns={200: Message}, errors=(NotFound, Conflict, Failed))
async def delete(actor: Actor, short_id: str, volumes: Volumes) -> Message:
    """Delete a volume that no schedule uses; its files stay."""
    await volumes.delete(actor, short_id)
    return Message(message="Volume deleted")


@volumes_v1.post("/<short_id:str>/mount")
@endpoint(
    "mountVolume",
    tag=_TAG,
    returns={200: schemas.VolumeState, 500: schemas.VolumeState},
    errors=(NotFound, Conflict),
)
async def mount(actor: Actor, short_id: str, volumes: Volumes) -> Answer:
    """Mount a volume."""
    return _state_response(await volumes.mount(actor, short_id))


@volumes_v1.post("/<short_id:str>/unmount")
@endpoint(
    "unmountVolume",
    tag=_TAG,
    returns={200: schemas.VolumeState, 500: schemas.VolumeState},
    errors=(NotFound, Conflict),
)
async def unmount(actor: Actor, short_id: str, volumes: Volumes) -> Answer:
    """Unmount a volume until it is mounted again; a directory itself is not changed."""
    return _state_response(await volumes.unmount(actor, short_id))


@volumes_v1.post("/<short_id:str>/health-check")
@endpoint(
    "healthCheckVolume",
    tag=_TAG,
    returns={200: schemas.VolumeState},
    errors=(NotFound,),
    audited=False,
)
async def health_check(actor: Actor, short_id: str, volumes: Volumes) -> schemas.VolumeState:
    """Check whether a mounted volume answers; never mounts."""
    return await volumes.health_check(actor, short_id)


@volumes_v1.get("/<short_id:str>/files")
@endpoint(
    "listFiles",
    tag=_TAG,
    query=schemas.ListVolumeFilesQuery,
    returns={200: schemas.VolumeFilePage},
    errors=(Invalid, Forbidden, NotFound, Conflict),
)
async def files(
    actor: Actor, short_id: str, query: schemas.ListVolumeFilesQuery, volumes: Volumes
) -> Answer:
    """List a page of a folder inside a mounted volume."""
    return Answer(await volumes.files(actor, short_id, query), headers=_PRIVATE)


def _state_response(state: schemas.VolumeState) -> Answer:
    return Answer(state, status=500 if state.status == "error" else 200)
