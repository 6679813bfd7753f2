"""A repository for argv builders; it is never opened."""

from pathlib import Path

from tests.support.open_access import ANYWHERE
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.restic import Repository, Tools

SNAPSHOT = "ab" * 32
REPOSITORY = Repository(
    RepositoryAccess(
        id="id",
        short_id="r1234567",
        name="n",
        config=LocalConfig(backend="local", path="/r"),
        password="p",
        compression_mode="max",
        **ANYWHERE,
    ),
    Tools(cache_dir=Path("/c"), run_dir=Path("/run")),
)
