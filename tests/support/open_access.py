"""The limits of a repository that may be anywhere: `RepositoryAccess(..., **ANYWHERE)`."""

from typing import Any, Final

ANYWHERE: Final[dict[str, Any]] = {
    "allow_private_networks": True,
    "allowed_roots": ["/"],
    "protected_folders": [],
}
