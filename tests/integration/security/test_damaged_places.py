"""A damaged row of one organization does not stop the work of the others."""

import pytest
from tortoise import connections

from tests.integration.security.conftest import SecurityHarness
from tests.support.organization_rows import create_rows
from zerobyte.features.repositories.service.host_paths import local_repository_paths


@pytest.mark.parametrize(
    "config",
    [
        *('"text"', "[]", "null", "5", '{"backend":"local"}', '{"backend":"local","path":5}'),
        *('{"path":["/x"]}', '{"path":"/a\\u0000b"}'),
    ],
)
async def test_a_damaged_local_repository_stops_no_other_organization(
    harness: SecurityHarness, config: str
) -> None:
    home, far = [await harness.user_factory.organization(name) for name in ("home", "far")]
    ada = await harness.user_factory.person("ada", {home: "owner"})
    theirs = await create_rows(harness, far, "hers")
    await connections.get("default").execute_query(
        "UPDATE repositories SET config = ? WHERE short_id = ?", [config, theirs["repositories"]]
    )
    assert await local_repository_paths(other_than=home) == []
    place = harness.folder / "place"
    place.mkdir()
    body = {"name": "x", "config": {"backend": "local", "path": str(place)}}
    answer = await ada.http.post("/api/v1/repositories", json=body)
    assert answer.status_code == 201, answer.text
