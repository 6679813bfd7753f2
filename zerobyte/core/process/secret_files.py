"""Files that pass secrets to a child: mode 0600, in a 0700 folder, removed after a `with`.

A sweep at start removes the folders that killed processes left behind.
"""

import contextlib
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from zerobyte.core import ids
from zerobyte.core.process.proc import boot_id, identity, is_alive

_NAME = re.compile(r"secrets-(?P<pid>\d+)-(?P<started>\d+)-(?P<boot>[0-9a-f]*)-[A-Za-z0-9]+")


class SecretFolder:
    """A folder of secret files inside its `with`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: str | bytes) -> Path:
        """Create a file that only we can read, and return its path.

        Texts are written as UTF-8; surrogate escapes become the original bytes again.
        """
        data = content if isinstance(content, bytes) else content.encode(errors="surrogateescape")
        path = self.path / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        return path


@contextmanager
def secret_files(base: Path) -> Generator[SecretFolder]:
    """Create a folder under `base` for a child's secrets; remove it when the `with` ends.

    The folder's name contains its owner, so that `sweep_secret_files` finds folders of killed
    processes.
    """
    me = identity(os.getpid())
    started = me.started if me else 0
    name = f"secrets-{os.getpid()}-{started}-{boot_id().replace('-', '')}-{ids.token(12)}"
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = base / name
    path.mkdir(mode=0o700)
    try:
        yield SecretFolder(path)
    finally:
        _remove(path)


def kept_secret_files(base: Path, name: str) -> SecretFolder:
    """Create an empty folder for the secrets of a program that runs longer than this process.

    The caller removes it with `remove_kept_secret_files` once the program has ended.
    """
    remove_kept_secret_files(base, name)
    folder = base / name
    folder.mkdir(mode=0o700, parents=True)
    return SecretFolder(folder)


def remove_kept_secret_files(base: Path, name: str) -> None:
    """Remove a folder of `kept_secret_files`; a missing folder is no error."""
    _remove(base / name)


def sweep_secret_files(base: Path) -> int:
    """Remove the folders under `base` whose owners have ended; return their number.

    Use `base` in one process namespace only: an owner in another container looks ended.
    """
    swept = 0
    if not base.is_dir():
        return swept
    for path in base.iterdir():
        match = _NAME.fullmatch(path.name)
        if match is None or path.is_symlink():
            continue
        same_boot = match["boot"] == boot_id().replace("-", "")
        if same_boot and is_alive(int(match["pid"]), started=int(match["started"])):
            continue
        _remove(path)
        swept += 1
    return swept


def _remove(folder: Path) -> None:
    # The folder is flat and ours; nothing is removed recursively.
    with contextlib.suppress(FileNotFoundError):
        for file in folder.iterdir():
            file.unlink(missing_ok=True)
        folder.rmdir()
