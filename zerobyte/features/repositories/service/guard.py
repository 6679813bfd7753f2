"""Which folders of this host nobody may put a repository into or restore over.

Owns the lists and the comparison of paths, with symbolic links resolved. Knows no request.
"""

import posixpath
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from zerobyte.core import protected_paths
from zerobyte.core.protected_paths import RestoreLimits, is_within, normal
from zerobyte.db.connection import is_sqlite, sqlite_path
from zerobyte.settings import Settings


def overlap(one: Iterable[str], other: Sequence[str]) -> bool:
    """Whether a path of one set is the same as, above or below a path of the other."""
    return any(is_within(a, b) or is_within(b, a) for a in one for b in other)


def common_ancestor(paths: Sequence[str]) -> str:
    """The deepest folder that holds all of these normal absolute paths; itself for one path."""
    return posixpath.commonpath(paths) if paths else "/"


__all__ = ["Guard", "common_ancestor", "is_within", "normal", "overlap"]


class Guard:
    """Answers what may not be touched on this host."""

    def __init__(self, settings: Settings) -> None:
        self._own = protected_paths.own_data(settings)
        if is_sqlite(settings.database_url):
            self._own.append(normal(str(Path(sqlite_path(settings.database_url)).parent)))
        if settings.provisioning_path is not None:
            self._own.append(normal(str(settings.provisioning_path.parent)))
        self._data = protected_paths.own_data(settings)
        self._repositories = normal(str(settings.repositories_dir.absolute()))
        self._volumes = _both_forms([settings.volumes_dir])
        self._temporary = _both_forms([Path(tempfile.gettempdir())])

    def refuses_repository(self, path: str) -> bool:
        """Whether a local repository may not be at this place: it is ours for something else.

        Resolves links, so call it in a thread.
        """
        return protected_paths.refused_repository(path, self._data, self._repositories)

    def refused_restore(self, path: str, limits: RestoreLimits) -> str | None:
        """Return why nothing may be restored to this path; None if it may be.

        Folders of mounted volumes are allowed although they are below the data folder.
        Resolves links, so call it in a thread.
        """
        if any(form in self._temporary for form in protected_paths.forms(path)):
            return "Restore target path is not allowed: choose a folder below it."
        limits = replace(limits, protected=self.protected([path]))
        return protected_paths.refused_restore(path, limits)

    def protected(self, writes: Sequence[str]) -> list[str]:
        """Our folders that a restore must stay out of, for the worker to look again.

        writes      where it writes to; inside a mounted volume, what is around it is left out.
        """
        around = [
            volumes
            for volumes in self._volumes
            if any(path != volumes and is_within(path, volumes) for path in writes)
        ]
        return [
            folder
            for folder in self._own
            if not any(is_within(volumes, folder) for volumes in around)
        ]


def _both_forms(paths: Iterable[Path]) -> list[str]:
    return sorted({form for path in paths for form in protected_paths.forms(str(path.absolute()))})
