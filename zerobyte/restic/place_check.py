"""The check of a local repository's folder before restic uses it.

The API also checks when a repository is saved; links, grants and rules may change later.
"""

from typing import Final

from zerobyte.contract.repositories import LocalConfig, RcloneRepositoryConfig, RepositoryAccess
from zerobyte.core import blocking, protected_paths
from zerobyte.core.errors import Forbidden, Invalid

PROTECTED: Final = (
    "This folder belongs to the platform itself. Choose another one, or one inside "
    "its folder of repositories."
)
_OUTSIDE: Final = (
    "The folder of this repository is outside the folders that the organization may use on this "
    "host. Move it into one of them, or ask an instance admin to allow it."
)


async def check(access: RepositoryAccess) -> None:
    """Refuse protected or not granted local folders, and host remotes that are not granted.

    Raises
        Invalid         the folder belongs to the platform, the system, key folders or cron.
        Forbidden       the organization may not use this folder, or no remotes of rclone.conf.
        Unavailable     the folder does not answer.
    """
    config, roots = access.config, access.allowed_roots
    if isinstance(config, RcloneRepositoryConfig):
        protected_paths.require_whole_host(roots)
    if not isinstance(config, LocalConfig):
        return
    path = config.path

    def look() -> None:
        if protected_paths.refused_repository(
            path, access.protected_folders, access.repositories_folder
        ):
            raise Invalid.at(["config", "path"], PROTECTED)
        if not protected_paths.is_allowed(path, roots):
            raise Forbidden(_OUTSIDE)

    await blocking.run_blocking_on_path(look, path=path)
