"""The rules of repositories, one family of verbs in each file."""

from zerobyte.features.repositories.service.files import SnapshotFiles
from zerobyte.features.repositories.service.refresher import Refresher
from zerobyte.features.repositories.service.repositories import Repositories
from zerobyte.features.repositories.service.restores import Restores
from zerobyte.features.repositories.service.sizes import Sizes
from zerobyte.features.repositories.service.snapshots import Snapshots
from zerobyte.features.repositories.service.tree_file import TreeFile
from zerobyte.features.repositories.service.trees import Trees

__all__ = [
    "Refresher",
    "Repositories",
    "Restores",
    "Sizes",
    "SnapshotFiles",
    "Snapshots",
    "TreeFile",
    "Trees",
]
