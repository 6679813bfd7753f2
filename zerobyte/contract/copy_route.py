"""How one restic process can reach two repositories at once, decided from their configs.

restic reads one set of credentials per kind of storage from its environment, and one set of
certificate settings. Two repositories that need different ones are reached by different programs:
one by restic itself, the other through restic's rclone backend, which gets settings of its own.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from zerobyte.contract.repositories import RepositoryConfig

Reach = Literal["direct", "source by rclone", "mirror by rclone"]

_CREDENTIALS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "s3": ("s3", ("endpoint", "access_key_id", "secret_access_key")),
    "r2": ("s3", ("endpoint", "access_key_id", "secret_access_key")),
    "gcs": ("gcs", ("project_id", "credentials_json")),
    "azure": ("azure", ("account_name", "account_key", "endpoint_suffix")),
}
"""Backends whose credentials restic reads from variables with fixed names: group and fields.

The credentials of REST servers and SSH hosts are set for each repository.
"""

_ADDRESSES: Final = {"s3": "endpoint", "r2": "endpoint", "rest": "url"}
_WITH_CERTIFICATES: Final = ("s3", "r2", "gcs", "azure", "rest", "rclone")

DIFFERENT_CERTIFICATES: Final = (
    "The two repositories have different certificate settings (cacert, insecureTls), which restic "
    "cannot use in one command for these kinds of storage. Give both the same settings"
)


@dataclass(frozen=True, slots=True)
class CopyRoute:
    """How to reach both repositories of a copy; `problem` says why it is not possible."""

    reach: Reach = "direct"
    problem: str | None = None


def certificate_settings(config: RepositoryConfig) -> tuple[bool, str] | None:
    """Return `insecure_tls` and `cacert`; None if the storage is reached without TLS."""
    if config.backend not in _WITH_CERTIFICATES:
        return None
    address: str = getattr(config, _ADDRESSES.get(config.backend, ""), "")
    if address.strip().lower().startswith("http://"):
        return None
    return bool(config.insecure_tls), (config.cacert or "").strip()


def copy_route(source: RepositoryConfig, mirror: RepositoryConfig) -> CopyRoute:
    """Return how restic can copy snapshots from one repository to another."""
    have_same_certificates = _are_equal_or_unused(
        certificate_settings(source), certificate_settings(mirror)
    )
    if have_same_certificates and _have_compatible_credentials(source, mirror):
        return CopyRoute()
    # rclone's certificate settings come from its environment, so only one may use rclone.
    if source.backend in _CREDENTIALS and mirror.backend != "rclone":
        return CopyRoute("source by rclone")
    if mirror.backend in _CREDENTIALS and source.backend != "rclone":
        return CopyRoute("mirror by rclone")
    return CopyRoute(problem=DIFFERENT_CERTIFICATES)


def _are_equal_or_unused(one: object, other: object) -> bool:
    return one is None or other is None or one == other


def _have_compatible_credentials(source: RepositoryConfig, mirror: RepositoryConfig) -> bool:
    first, second = _credentials(source), _credentials(mirror)
    return first is None or second is None or first[0] != second[0] or first == second


def _credentials(config: RepositoryConfig) -> tuple[Any, ...] | None:
    if config.backend not in _CREDENTIALS:
        return None
    group, names = _CREDENTIALS[config.backend]
    return (group, config.backend, *(getattr(config, name) for name in names))
