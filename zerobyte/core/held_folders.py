"""The check that a restore with `delete` may empty a folder: it holds no one else's data."""

import os
from collections.abc import Iterator, Sequence
from typing import Final

from zerobyte.core.protected_paths import homes, is_repository, is_within, real
from zerobyte.core.real_paths import mounts

_FOLDERS_AT_MOST: Final = 2_000_000


def held_by(root: str, *, own: Sequence[str] = ()) -> str | None:
    """Return why a folder may not be emptied: it holds a repository, mount point or home folder.

    own     folders of the volume that the files came from; home folders inside it are its content.

    Reads the whole tree below `root` once. A folder that cannot be read counts as a reason.
    """
    real_root = real(root)
    for _, _, mounted, _ in mounts():
        if mounted != real_root and is_within(mounted, real_root):
            return f"it holds the mount point {mounted}"
    if not any(is_within(real_root, real(folder)) for folder in own):
        for home in homes():
            if is_within(real(home), real_root):
                return f"it holds the home folder {home}"
    for seen, folder in enumerate(_folders(real_root), 1):
        if isinstance(folder, OSError):
            return f"{folder.filename} in it cannot be read"
        if is_repository(folder):
            return f"it holds the restic repository {folder}"
        if seen > _FOLDERS_AT_MOST:
            return f"it holds more than {_FOLDERS_AT_MOST} folders, too many to look through"
    return None


def _folders(top: str) -> Iterator[str | OSError]:
    if not os.path.isdir(top):  # noqa: PTH112
        return
    pending = [top]
    while pending:
        folder = pending.pop()
        yield folder
        try:
            with os.scandir(folder) as entries:
                pending += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except FileNotFoundError:
            continue
        except OSError as error:
            yield error
