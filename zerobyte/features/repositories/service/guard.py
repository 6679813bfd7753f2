"""Which folders of this host nobody may put a repository into or restore over.

Owns the lists and the comparison of paths, with symbolic links resolved. Knows no request.
"""

import posixpath
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import zerobyte
from zerobyte.db.connection import is_sqlite, sqlite_path
from zerobyte.settings import Settings

_SYSTEM: Final = (
    "/app", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc",
    "/run", "/sbin", "/sys", "/usr",
)  # fmt: skip
_BELOW_ALLOWED: Final = ("/run/media",)
"""Where desktops mount the disks of people."""
_CROSSROADS: Final = ("/", "/home", "/root", "/tmp", "/var", "/var/lib", "/var/tmp")  # noqa: S108 — named to be refused
"""Folders of many owners: refused themselves, while what is below them may be written to."""
_KEYS: Final = ("/root/.ssh", "/root/.gnupg")


def is_within(path: str, folder: str) -> bool:
    """Whether a normal absolute path is the folder or lies below it."""
    return folder in ("/", path) or path.startswith(folder + "/")


def overlap(one: Iterable[str], other: Sequence[str]) -> bool:
    """Whether a path of one set is the same as, above or below a path of the other."""
    return any(is_within(a, b) or is_within(b, a) for a in one for b in other)


def common_ancestor(paths: Sequence[str]) -> str:
    """The deepest folder that holds all of these normal absolute paths; itself for one path."""
    return posixpath.commonpath(paths) if paths else "/"


def normal(path: str) -> str:
    """An absolute path without `.`, `..`, doubled or trailing slashes."""
    return posixpath.normpath("/" + path.lstrip("/"))


class Guard:
    """Answers what may not be touched on this host."""

    def __init__(self, settings: Settings) -> None:
        own = [
            settings.data_dir,
            settings.repositories_dir,
            settings.cache_dir,
            settings.run_dir,
            settings.rclone_config_dir,
            Path(zerobyte.__file__).parent,
        ]
        if is_sqlite(settings.database_url):
            own.append(Path(sqlite_path(settings.database_url)).parent)
        if settings.provisioning_path is not None:
            own.append(settings.provisioning_path.parent)
        self._own = _both_forms(own)
        self._data = _both_forms([settings.data_dir])
        self._repositories = _both_forms([settings.repositories_dir])
        self._volumes = _both_forms([settings.volumes_dir])
        self._crossroads = {*_CROSSROADS, *_both_forms([Path(tempfile.gettempdir())])}

    def refuses_repository(self, path: str) -> bool:
        """Whether a local repository may not be at this place: it is ours for something else.

        Resolves links, so call it in a thread.
        """
        return any(
            is_within(form, folder)
            for form in _forms(path)
            for folder in self._data
            if not any(is_within(form, place) for place in self._repositories)
        )

    def refuses_restore(self, path: str, *, above: bool = True) -> bool:
        """Whether nothing may be restored to this place.

        above       whether folders that hold one of ours are refused too.

        Refused are our own folders and the system's with everything below, and the crossroads.
        The folders of mounted volumes are allowed although they are below ours.
        Resolves links, so call it in a thread.
        """
        return any(self._refuses(form, above=above) for form in _forms(path))

    def _refuses(self, path: str, *, above: bool) -> bool:
        if path in self._crossroads:
            return True
        if above and any(is_within(folder, path) for folder in (*self._own, *_SYSTEM)):
            return True
        if any(is_within(path, folder) for folder in self.protected([path])):
            return True
        system = any(is_within(path, folder) for folder in (*_SYSTEM, *_KEYS))
        return system and not any(is_within(path, place) for place in _BELOW_ALLOWED)

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


def _forms(path: str) -> set[str]:
    plain = normal(path)
    return {plain, str(Path(plain).resolve())}


def _both_forms(paths: Iterable[Path]) -> list[str]:
    return sorted({form for path in paths for form in _forms(str(path.absolute()))})
