"""The only list of protected paths, which no user's backup, restore or repository may touch.

The API and the worker call the same functions. Paths are compared after links are resolved, with
every other path where a bind mount shows the same folder, so call the functions in a thread.
Nothing is cached, because a link may change between two calls.
"""

import os
import posixpath
import pwd
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import zerobyte
from zerobyte.core.errors import Forbidden
from zerobyte.core.real_paths import covered as _covered
from zerobyte.core.real_paths import everywhere as _everywhere
from zerobyte.core.real_paths import forms, identities, is_within, mounts, normal, real, steps
from zerobyte.core.real_paths import identical as _identical
from zerobyte.core.real_paths import resolved as _resolved

SYSTEM: Final = (
    "/app", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc",
    "/run", "/sbin", "/sys", "/usr", "/var/lib/dpkg", "/var/run",
)  # fmt: skip
"""Folders whose change can keep the host from starting, or hand it to another user."""
KERNEL: Final = ("/dev", "/proc", "/sys")
"""Kernel interfaces: `/proc/<pid>/root` and `/proc/<pid>/environ` lead past every other check."""
SECRETS: Final = ("/etc/zerobyte", "/run/secrets")
"""The environment files of our systemd units, and the secrets of containers."""
_KERNEL_TYPES: Final = (
    "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs",
    "efivarfs", "fusectl", "mqueue", "proc", "pstore", "securityfs", "selinuxfs", "sysfs",
    "tracefs",
)  # fmt: skip
SHARED: Final = ("/", "/home", "/root", "/tmp", "/var", "/var/lib", "/var/tmp")  # noqa: S108 — named to be refused
"""Folders of many owners: refused as targets themselves, while folders below them are allowed."""
CRON: Final = (
    "/etc/anacrontab", "/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly", "/etc/cron.monthly",
    "/etc/cron.weekly", "/etc/crontab", "/var/cron", "/var/spool/anacron", "/var/spool/at",
    "/var/spool/cron",
)  # fmt: skip
_BELOW_ALLOWED: Final = ("/run/media",)
"""The mount points of removable disks on desktops."""
_KEY_FOLDERS: Final = (".gnupg", ".ssh")
_LAYOUT: Final = ("data", "keys", "snapshots")
_TEMPORARY: Final = "Restore target path is not allowed: choose a folder below it."
_VOLUME: Final = (
    "The target holds another volume, whose files the restore could delete. Choose another target, "
    "or restore without delete."
)
_REMOTES: Final = (
    "A remote of rclone.conf may lead to any folder of the host, so only organizations with the "
    "allowed root / may use one. Ask an instance admin to allow it."
)


class Installation(Protocol):
    """The settings that hold the data paths of this installation."""

    @property
    def data_dir(self) -> Path: ...
    @property
    def repositories_dir(self) -> Path: ...
    @property
    def cache_dir(self) -> Path: ...
    @property
    def run_dir(self) -> Path: ...
    @property
    def rclone_config_dir(self) -> Path: ...
    @property
    def provisioning_path(self) -> Path | None: ...
    @property
    def database_url(self) -> str: ...
    @property
    def secret_files(self) -> tuple[Path, ...]: ...
    @property
    def tree_index(self) -> Path: ...


def own_data(installation: Installation) -> list[str]:
    """List the absolute paths of database, secrets, run folder and caches."""
    paths = [
        installation.data_dir,
        installation.repositories_dir,
        installation.cache_dir,
        installation.run_dir,
        installation.rclone_config_dir,
        *installation.secret_files,
        *(Path(folder) for folder in SECRETS),
    ]
    if installation.provisioning_path is not None:
        paths.append(installation.provisioning_path)
    files = [installation.tree_index]
    if "://" not in installation.database_url or installation.database_url.startswith("sqlite:"):
        files.append(Path(installation.database_url.removeprefix("sqlite://")))
    for file in files:
        paths += [file.with_name(file.name + end) for end in ("", "-wal", "-shm", "-journal")]
    return sorted({normal(str(path.expanduser().absolute())) for path in paths})


@cache
def code() -> tuple[str, ...]:
    """List the folders of our code and of its virtual environment."""
    package = Path(zerobyte.__file__).resolve().parent
    folders = [package, package.parent / "flows", package.parent / "migrations"]
    if sys.prefix != sys.base_prefix:
        folders.append(Path(sys.prefix))
    return tuple(sorted({form for folder in folders for form in forms(str(folder))}))


def kernel_interfaces() -> list[str]:
    """List the kernel interfaces of this host, wherever they are mounted.

    A container that shows the host's `/` at another path has a second `/proc` below that path.
    """
    mounted = {point for _, _, point, kind in mounts() if kind in _KERNEL_TYPES}
    return sorted({*KERNEL, *mounted})


def homes() -> list[str]:
    """List the home folders of this host's accounts that are no shared or system folder."""
    folders = {normal(entry.pw_dir) for entry in pwd.getpwall() if entry.pw_dir.startswith("/")}
    folders.add(normal(str(Path("~").expanduser())))
    return sorted(
        home
        for home in folders
        if home == "/root" or not (home in SHARED or _covered(home, (*SYSTEM, "/var")))
    )


def keys() -> list[str]:
    """List the folders of keys of every home on this host."""
    return [f"{home}/{name}" for home in {*homes(), "/root"} for name in _KEY_FOLDERS]


def is_hidden_in_home(path: str) -> bool:
    """Return True if a path is, or lies in, a dot file or dot folder of a home folder.

    Login shells and desktops run some of these files, such as `.bashrc` and `.config/autostart`.
    """
    real_homes = [real(home) for home in homes()]
    return any(real(path).startswith(f"{home}/.") for home in real_homes)


def is_key_folder(path: str) -> bool:
    """Return True if a path is in a folder of keys of any home."""
    return any(name in path.split("/") for name in _KEY_FOLDERS)


def refused_to_read(path: str, data: Iterable[str]) -> bool:
    """Return True if no volume may be at this path and no user may list it.

    data    paths of this installation's data; see `own_data`.

    Refused are this data, our code, kernel interfaces and folders of keys, with all below them.
    Folders above them are allowed, because backups exclude the protected folders in them.
    """
    all_forms = {*forms(path), *_identical(path, data)}
    refused = (*_everywhere(data), *_resolved(code()), *kernel_interfaces())
    return any(is_key_folder(form) or _covered(form, refused) for form in all_forms)


def refused_to_write(
    path: str,
    protected: Iterable[str] = (),
    *,
    above: bool = True,
    shared: Sequence[str] = SHARED,
) -> bool:
    """Return True if no restore and no repository may write to this path.

    protected   further folders: this installation's data and registered repositories.
    above       also refuse folders above one of ours or of the system.
    shared      folders of many owners that are refused themselves.
    """
    mine = (*_everywhere(protected), *_resolved(code()))
    for form in {*forms(path), *_identical(path, protected)}:
        if form in shared or _covered(form, mine):
            return True
        if is_key_folder(form) or _covered(form, _resolved((*CRON, *keys()))):
            return True
        # Even at the original path: the writer of the repository chose the snapshot's paths.
        if any(is_within(folder, form) for folder in CRON):
            return True
        if above and any(is_within(folder, form) for folder in (*mine, *SYSTEM, *keys())):
            return True
        if _covered(form, _resolved(SYSTEM)) and not _covered(form, _BELOW_ALLOWED):
            return True
    return False


def refused_repository(path: str, data: Iterable[str], repositories: str | None) -> bool:
    """Return True if no local repository may be at this path.

    data            paths of this installation's data.
    repositories    the folder among them that may hold repositories, by real path.
    """
    if repositories is not None:
        real_path, own = real(path), real(repositories)
        if is_within(real_path, own) and real_path != own:
            return False
    # The only disk may be mounted below a system folder, so folders above ours are allowed.
    return refused_to_write(path, data, above=False)


def is_allowed(path: str, roots: Iterable[str]) -> bool:
    """Return True if the real path lies in one of the roots."""
    real_path = real(path)
    return any(is_within(real_path, real(root)) for root in roots)


class Unreadable:
    """The folders that no backup may read: protected folders and kernel interfaces."""

    def __init__(self, protected: Iterable[str]) -> None:
        self._protected = [*protected, *kernel_interfaces()]
        self._real_folders = _everywhere(self._protected)
        self._identities = identities(self._protected)

    def inside(self, root: str) -> tuple[bool, list[str]]:
        """Return True if a root lies in a protected folder, and the protected folders below it.

        root    absolute; read without following links below it, as restic does.

        The returned folders begin with `root`: a link or bind mount gives them other names.
        """
        plain = normal(root)
        # The last part may be a link: restic saves the link itself.
        parent, name = posixpath.split(plain)
        read = posixpath.join(real(parent), name) if name else "/"
        followed = posixpath.dirname(read) if os.path.islink(read) else read  # noqa: PTH114
        if self.holds(read) or self.is_passed(parent) or _identical(followed, self._protected):
            return True, []
        return False, self.below(plain, read)

    def holds(self, real_path: str) -> bool:
        """Return True if a real path is one of the folders or lies below one."""
        return _covered(real_path, self._real_folders)

    def is_passed(self, path: str) -> bool:
        """Return True if a path leads through one of the folders, wherever it ends."""
        return any(self.holds(step) for step in steps(path))

    def is_one(self, found: os.stat_result) -> bool:
        """Return True if this device and inode number are those of one of the folders."""
        return (found.st_dev, found.st_ino) in self._identities

    def below(self, plain: str, real_path: str) -> list[str]:
        """List the folders below a real path, under the name that leads to it."""
        folders = {one for one in self._real_folders if is_within(one, real_path)}
        return sorted(normal(plain + "/" + posixpath.relpath(one, real_path)) for one in folders)


def lies_in(path: str, folders: Iterable[str]) -> bool:
    """Return True if the real path is one of the folders or lies below one."""
    return _covered(real(path), _resolved(folders))


def require_whole_host(roots: Iterable[str]) -> None:
    """Refuse remotes of rclone.conf to an organization that may not use every folder.

    A remote of type local or alias is a folder of the host, whichever its name is, and other
    remotes hold the operator's own credentials.

    Raises Forbidden.
    """
    if "/" not in roots:
        raise Forbidden(_REMOTES)


def inside(root: str, protected: Iterable[str]) -> tuple[bool, list[str]]:
    """Compare a folder to read with the protected folders; see `Unreadable.inside`."""
    return Unreadable(protected).inside(root)


def is_repository(folder: str) -> bool:
    """Return True if a folder has the layout of a restic repository."""
    return os.path.isfile(f"{folder}/config") and all(  # noqa: PTH113 — plain strings keep any byte
        os.path.isdir(f"{folder}/{name}")  # noqa: PTH112
        for name in _LAYOUT
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreLimits:
    """The limits of one restore's target, checked on the API's host and on the worker's.

    protected       this installation's data.
    repositories    every registered local repository of the host, of all organizations.
    own_repository  the local repository that is restored from: no backup into it contains it.
    allowed_roots   folders that every written path must lie in; None: anywhere.
    in_place        the target is the original path: folders above a protected one are allowed
                    without `delete`.
    own_folders     folders of the volumes in the snapshot: a volume of all of /home may be
                    restored to /home.
    volumes         folders of the organization's directory volumes: `delete` must not empty one
                    below the target, except `own_folders`.
    other_volumes   folders of other organizations' volumes, which may not be the target either.
    """

    protected: Sequence[str]
    repositories: Sequence[str]
    own_repository: str | None
    allowed_roots: Sequence[str] | None
    in_place: bool
    delete: bool
    own_folders: Sequence[str] = ()
    volumes: Sequence[str] = ()
    other_volumes: Sequence[str] = ()


def restore_refusal(path: str, limits: RestoreLimits) -> str | None:
    """Return why a restore may not write to a path and below it, or None."""
    if not forms(path).isdisjoint(forms(str(Path(tempfile.gettempdir()).absolute()))):
        return _TEMPORARY
    above = limits.delete or not limits.in_place
    whole = {"/home"} & set(limits.own_folders) if limits.in_place else set[str]()
    shared = [folder for folder in SHARED if folder not in whole]
    if refused_to_write(path, limits.protected, above=above, shared=shared):
        return (
            "Restore target path is not allowed. Restoring to this path could overwrite critical "
            "system files or application data."
        )
    if limits.allowed_roots is not None and not is_allowed(path, limits.allowed_roots):
        return "The restore would write outside the folders that it may use on this host."
    if not limits.in_place and is_hidden_in_home(path) and not is_allowed(path, limits.own_folders):
        return (
            "The restore would write settings of an account, such as its login profile. "
            "Choose another target."
        )
    real_path = real(path)
    if repository_around(real_path) is not None:
        return "The restore would write into a restic repository. Choose another target."
    for repository in limits.repositories:
        spared = not above and repository == limits.own_repository
        for form in _resolved([repository]):
            if is_within(real_path, form):
                return "The restore would write into a restic repository. Choose another target."
            if is_within(form, real_path) and not spared:
                return (
                    "The target holds a restic repository, which the restore could overwrite. "
                    "Choose another target, or name the files and folders to restore."
                )
    return _VOLUME if limits.delete and _would_empty_a_volume(real_path, limits) else None


def _would_empty_a_volume(real_path: str, limits: RestoreLimits) -> bool:
    """Return True if `delete` at this real path could remove files of another volume."""
    own = _resolved(limits.own_folders)
    below = any(
        is_within(form, real_path) and form != real_path
        for form in _resolved(limits.volumes)
        if form not in own
    )
    return below or any(is_within(form, real_path) for form in _resolved(limits.other_volumes))


def repository_around(path: str) -> str | None:
    """Return the repository, registered or not, that contains a path, or None."""
    folder = real(path)
    while folder != "/":
        if is_repository(folder):
            return folder
        folder = posixpath.dirname(folder)
    return None
