"""Files that carry secrets to a child: 0600, in a 0700 folder that lives as long as one `with`.

Owns making, removing and sweeping them. Knows nothing of what stands in them.
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
    """The folder while it is open."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, content: str | bytes) -> Path:
        """Create one file that only we can read, and name it.

        Texts are written as UTF-8; characters that stand for undecodable bytes become those
        bytes again (surrogateescape).
        """
        data = content if isinstance(content, bytes) else content.encode(errors="surrogateescape")
        path = self.path / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        return path


@contextmanager
def secret_files(base: Path) -> Generator[SecretFolder]:
    """Make a folder under `base` for secrets of a child; it is gone when the `with` ends.

    The folder's name tells its owner, so that `sweep_secret_files` finds what a killed owner
    left behind.
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


def sweep_secret_files(base: Path) -> int:
    """Remove the folders under `base` whose owners are dead; say how many there were.

    `base` belongs to one process namespace: an owner in another container looks dead from here.
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
