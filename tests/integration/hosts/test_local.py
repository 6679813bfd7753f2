"""LocalHost: operations that no feature covers yet."""

from pathlib import Path

import pytest

from tests.support.http_server import settings_for
from zerobyte.contract.repositories import RepositoryAccess
from zerobyte.hosts.local import LocalHost
from zerobyte.restic.errors import RepositoryMissing


async def test_header_of_a_new_repository_can_be_read(tmp_path: Path) -> None:
    host = LocalHost.from_settings(settings_for(tmp_path / "data"))
    access = RepositoryAccess.model_validate(
        {
            "id": "r1",
            "short_id": "abcdefgh",
            "name": "new",
            "config": {"backend": "local", "path": str(tmp_path / "repository")},
            "password": "a-password",
            "compression_mode": "auto",
            "allow_private_networks": False,
            "allowed_roots": ["/"],
            "protected_folders": [],
        }
    )
    with pytest.raises(RepositoryMissing):
        await host.read_header(access)
    await host.init_repository(access)
    assert len((await host.read_header(access)).id) == 64
