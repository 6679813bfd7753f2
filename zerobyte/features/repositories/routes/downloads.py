"""The route that downloads files of a snapshot."""

from zerobyte.core.errors import Conflict, Failed, Invalid, NotFound, Unavailable
from zerobyte.features.repositories.routes.repositories import repositories_v1
from zerobyte.features.repositories.schemas.downloads import TAR, TYPES, DumpQuery
from zerobyte.features.repositories.service import Downloads
from zerobyte.http.auth import Actor, HttpRequest
from zerobyte.http.download import send_download
from zerobyte.http.endpoint import endpoint


@repositories_v1.get("/<short_id:str>/snapshots/<snapshot_id:str>/dump")
@endpoint(
    "dumpSnapshot",
    tag="Repositories",
    query=DumpQuery,
    returns={200: None},
    errors=(Invalid, NotFound, Conflict, Failed, Unavailable),
    content_type=TAR,
    more_content_types=tuple(kind for kind in TYPES if kind != TAR),
    audited=True,
)
async def dump(
    actor: Actor,
    request: HttpRequest,
    *,
    short_id: str,
    snapshot_id: str,
    query: DumpQuery,
    downloads: Downloads,
) -> None:
    """Download a file as it is, or a folder as a tar or zip archive.

    Without `path`, the archive holds the whole snapshot. If restic fails on the way, the connection
    breaks off before the last chunk, so that a part never looks like the whole.
    """
    download = await downloads.prepare(actor, short_id, snapshot_id, query)
    await send_download(request, download.head, download.send)
