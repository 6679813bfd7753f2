"""Rules of repositories, snapshots and restores, one subject per file."""

from zerobyte.features.repositories.service.background_refresh import Refresher
from zerobyte.features.repositories.service.doctor import Doctor
from zerobyte.features.repositories.service.downloads import Downloads
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restores import Restores
from zerobyte.features.repositories.service.snapshot_diffs import SnapshotDiffs
from zerobyte.features.repositories.service.snapshot_files import SnapshotFiles
from zerobyte.features.repositories.service.snapshot_tags import SnapshotTags
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.repositories.service.stats_refresh import StatsRefresher
from zerobyte.features.repositories.service.tree_cache.cache import TreeCache
from zerobyte.features.repositories.service.tree_cache.store import TreeStore
from zerobyte.features.repositories.service.tree_prefetch import TreePrefetcher

__all__ = [
    "Doctor",
    "Downloads",
    "Refresher",
    "Repositories",
    "Restores",
    "SnapshotDiffs",
    "SnapshotFiles",
    "SnapshotTags",
    "Snapshots",
    "StatsRefresher",
    "TreeCache",
    "TreePrefetcher",
    "TreeStore",
]
