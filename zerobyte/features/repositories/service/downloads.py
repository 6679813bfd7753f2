"""Downloads of files and folders of a snapshot, straight from restic to the client."""

import asyncio
import posixpath
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.contract.restic_output import SnapshotRecord
from zerobyte.core.errors import Invalid, NotFound, Unavailable
from zerobyte.core.protected_paths import is_within, normal
from zerobyte.features.events.bus import EventBus
from zerobyte.features.repositories import models
from zerobyte.features.repositories.schemas.downloads import FILE, TAR, ZIP, DumpQuery
from zerobyte.features.repositories.service.path_rules import common_ancestor
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restic_access import LIMIT_S, translate_restic_errors
from zerobyte.features.repositories.service.snapshot_files import SnapshotFiles
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.hosts.api import ArchiveFormat, HostApi
from zerobyte.http.auth import Actor
from zerobyte.http.download import DownloadHead, Send
from zerobyte.restic.errors import SnapshotMissing

MAX_AT_ONCE: Final = 4
"""Downloads of one organization at a time: each one is a restic that may use a whole CPU."""

_SILENCE_S: Final = 600.0
"""Time without a byte after which a download ends, whether the storage or the client is silent."""

_NEEDS_KIND: Final = "Path kind is required when downloading a specific snapshot path"
_OUTSIDE: Final = "Requested path is outside the snapshot base path"
_ABSENT: Final = "The snapshot has no such path"


@dataclass(frozen=True, slots=True)
class Reference:
    """What restic is asked for: `path` inside the folder `base_path` of a snapshot."""

    base_path: str
    path: str

    @classmethod
    def of(cls, base: str, path: str) -> "Reference":
        """Return the reference of a path at, above or below the snapshot's base folder.

        Names in an archive are relative to the base folder. Raises Invalid for another path.
        """
        if is_within(base, path):
            return cls(path, "/")
        if is_within(path, base):
            return cls(base, "/" + posixpath.relpath(path, base))
        raise Invalid.at(["path"], _OUTSIDE)


class Download:
    """One prepared download; `send` runs restic."""

    def __init__(
        self,
        head: DownloadHead,
        *,
        host_api: HostApi,
        access: RepositoryAccess,
        snapshot_id: str,
        reference: Reference,
        archive: ArchiveFormat,
        running: Counter[str],
        organization_id: str,
    ) -> None:
        self.head = head
        self._host_api = host_api
        self._access = access
        self._snapshot_id = snapshot_id
        self._reference = reference
        self._archive: ArchiveFormat = archive
        self._running = running
        self._organization_id = organization_id

    async def send(self, send: Send) -> None:
        """Pass all bytes to `send`, which may slow restic down; cancelling ends restic.

        Raises
            NotFound        the snapshot was removed meanwhile.
            Unavailable     too many downloads, or nothing moved for too long.
            ResticError     restic failed; the bytes so far are not the whole.
        """
        if self._running[self._organization_id] >= MAX_AT_ONCE:
            raise Unavailable(
                f"{MAX_AT_ONCE} downloads of the organization are running. Wait until one has ended"
            )
        self._running[self._organization_id] += 1
        try:
            await self._run(send)
        except SnapshotMissing as error:
            raise NotFound("Snapshot not found") from error
        finally:
            self._running[self._organization_id] -= 1

    async def _run(self, send: Send) -> None:
        clock = asyncio.get_running_loop().time

        async def take(chunk: bytes) -> None:
            limit.reschedule(clock() + _SILENCE_S)
            await send(chunk)

        try:
            async with asyncio.timeout(LIMIT_S) as limit, translate_restic_errors(None):
                await self._host_api.dump_snapshot(
                    self._access,
                    self._snapshot_id,
                    self._reference.path,
                    base_path=self._reference.base_path,
                    archive=self._archive,
                    on_chunk=take,
                )
        except TimeoutError as error:
            raise Unavailable("The download stood still for too long. Start it again") from error


class Downloads:
    """Checks what is to be downloaded before any byte is sent."""

    def __init__(
        self,
        *,
        repositories: Repositories,
        snapshots: Snapshots,
        files: SnapshotFiles,
        bus: EventBus,
    ) -> None:
        self._repositories = repositories
        self._snapshots = snapshots
        self._files = files
        self._bus = bus
        self._running: Counter[str] = Counter()

    async def prepare(
        self, actor: Actor, short_id: str, snapshot_id: str, query: DumpQuery
    ) -> Download:
        """Find the path in the snapshot and return its download.

        Raises
            NotFound    no such repository, snapshot or path.
            Invalid     the path lies outside the snapshot, or is of another kind.
            Unavailable, ResticError    the snapshot's files cannot be read.
        """
        row = await self._snapshots.indexed(actor, short_id)
        record = await self._snapshots.newest_or(row, snapshot_id)
        base = await self._base_of(row, record)
        path = normal(query.path) if query.path else base
        reference = Reference.of(base, path)
        is_file = await self._is_file(row, record, query, base=base, path=path)
        if is_file and query.format is not None:
            raise Invalid.at(["format"], "Only a folder has a format: a file is sent as it is")
        archive: ArchiveFormat = query.format or "tar"
        content_type = FILE if is_file else ZIP if archive == "zip" else TAR
        id_ = snapshot_id if snapshot_id != "latest" else record.short_id
        name = posixpath.basename(path) if is_file else f"snapshot-{_plain(id_)}.{archive}"
        download = Download(
            DownloadHead(name, content_type),
            host_api=self._repositories.host_api,
            access=await self._repositories.restic_access.of(row),
            snapshot_id=record.id,
            reference=reference,
            archive=archive,
            running=self._running,
            organization_id=row.organization_id,
        )
        event = {
            "organizationId": row.organization_id,
            "repositoryId": row.short_id,
            "snapshotId": snapshot_id,
            "path": reference.path,
            "filename": name,
        }
        self._bus.publish(row.organization_id, "dump:started", event)
        return download

    async def _base_of(self, row: models.Repository, record: SnapshotRecord) -> str:
        """Return the deepest folder that holds the whole snapshot."""
        if not all(path.startswith("/") for path in record.paths):
            return "/"
        base = common_ancestor([normal(path) for path in record.paths])
        if len(record.paths) > 1 or base == "/":
            return base
        node = await self._files.node_at_once(row, record.id, base)
        if node is None:
            return "/"
        return base if node.type == "dir" else posixpath.dirname(base)

    async def _is_file(
        self,
        row: models.Repository,
        record: SnapshotRecord,
        query: DumpQuery,
        *,
        base: str,
        path: str,
    ) -> bool:
        """Return True for a file, False for a folder. Raises Invalid for another kind."""
        if path == "/":
            kind = "dir"
        elif path == base and not query.path:
            return False
        else:
            node = await self._files.node_at_once(row, record.id, path)
            if node is None:
                raise NotFound(_ABSENT)
            kind = node.type
        if query.kind is None and path != base:
            raise Invalid.at(["kind"], _NEEDS_KIND)
        if query.kind is not None and kind != query.kind:
            raise Invalid.at(["kind"], f"The path is of the kind {kind}, not {query.kind}")
        return kind == "file"


def _plain(snapshot_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", snapshot_id)[:64]
