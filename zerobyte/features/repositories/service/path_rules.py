"""Rules about paths of repositories and restores on the host of the API.

Pure comparisons of normal paths; `zerobyte.hosts` resolves links and looks at the disk.
"""

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from zerobyte.core import protected_paths
from zerobyte.core.protected_paths import RestoreLimits, is_within, normal
from zerobyte.db.connection import is_sqlite, sqlite_path
from zerobyte.settings import Settings


def overlap(paths: Iterable[str], others: Sequence[str]) -> bool:
    """Return True if a path is equal to, above or below one of the others."""
    return any(is_within(a, b) or is_within(b, a) for a in paths for b in others)


def common_ancestor(paths: Sequence[str]) -> str:
    """Return the deepest folder that holds all of these normal paths; one path itself."""
    return posixpath.commonpath(paths) if paths else "/"


class PathRules:
    """The protected folders of this installation.

    data                    folders of its data, which hold no local repository.
    repositories_folder     the folder among them that is meant for repositories.
    """

    def __init__(self, settings: Settings) -> None:
        self.data = protected_paths.own_data(settings)
        self.repositories_folder = normal(str(settings.repositories_dir.absolute()))
        self._protected = list(self.data)
        if is_sqlite(settings.database_url):
            self._protected.append(normal(str(Path(sqlite_path(settings.database_url)).parent)))
        if settings.provisioning_path is not None:
            self._protected.append(normal(str(settings.provisioning_path.parent)))
        volumes_dir = str(settings.volumes_dir.absolute())
        self._volumes_dirs = sorted(set(protected_paths.forms(volumes_dir)))

    def restore_limits(self, path: str, limits: RestoreLimits) -> RestoreLimits:
        """Return the limits for one written path.

        A path inside a mounted volume is allowed, although the volumes folder is below the data
        folder.
        """
        return replace(limits, protected=self.protected_folders([path]))

    def protected_folders(self, writes: Sequence[str]) -> list[str]:
        """Return the folders that a restore must not touch; the worker checks them again.

        writes      paths that the restore writes to; if one is inside a mounted volume, the
                    folders around that volume are left out.
        """
        around = [
            volumes
            for volumes in self._volumes_dirs
            if any(path != volumes and is_within(path, volumes) for path in writes)
        ]
        return [
            folder
            for folder in self._protected
            if not any(is_within(volumes, folder) for volumes in around)
        ]
