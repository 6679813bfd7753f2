"""Locations of repositories: uniqueness, normal form and refused locations."""

import asyncio
from typing import Any

import httpx
import pytest
from tortoise.backends.sqlite.client import SqliteClient

from tests.support.repositories import PASSWORD, RepositoriesHarness, SnapshotHistory
from zerobyte.contract.repositories import RepositoryConfigBox
from zerobyte.features.auth.models import AllowedRoots
from zerobyte.features.repositories.models import Repository
from zerobyte.features.repositories.service import locations

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
S3 = {"backend": "s3", "accessKeyId": "a", "secretAccessKey": "s"}
GCS_KEY = '{"type": "external_account", "credential_source": {"file": "/etc/passwd"}}'


async def add(client: httpx.AsyncClient, path: object, **config: Any) -> httpx.Response:
    body = {"name": str(path)[-40:], "config": {"backend": "local", "path": str(path), **config}}
    return await client.post("/repositories", json=body)


async def test_existing_repository_without_the_flag_is_a_conflict_with_a_hint(
    client: httpx.AsyncClient, history: SnapshotHistory, harness: RepositoriesHarness
) -> None:
    folder = history.repository.path
    answer = await add(client, folder)
    assert answer.status_code == 409, answer.text
    assert "isExistingRepository" in answer.json()["message"]
    assert await Repository.all().count() == 0


async def test_folder_is_not_registered_twice_by_slashes_dots_or_a_link(
    client: httpx.AsyncClient, existing: dict[str, Any], history: SnapshotHistory, tmp_path
) -> None:
    folder = history.repository.path
    link = tmp_path / "link"
    link.symlink_to(folder)
    for path in (f"{folder}//", f"/{folder}", f"{folder}/../{folder.name}", link):
        answer = await add(client, path, isExistingRepository=True)
        assert answer.status_code == 409, (path, answer.text)
    assert await Repository.all().count() == 1


async def test_update_to_a_registered_location_is_refused(
    client: httpx.AsyncClient,
    existing: dict[str, Any],
    history: SnapshotHistory,
    harness: RepositoriesHarness,
) -> None:
    other = (await add(client, harness.work_dir)).json()["repository"]
    config = {"backend": "local", "path": f"{history.repository.path}//"}
    answer = await client.patch(f"/repositories/{other['shortId']}", json={"config": config})
    assert answer.status_code == 409, answer.text
    row = await Repository.get(short_id=other["shortId"])
    assert row.config["path"] == other["config"]["path"]


async def test_missing_location_keys_are_filled_at_start(
    client: httpx.AsyncClient, harness: RepositoriesHarness, existing: dict[str, Any]
) -> None:
    row = await Repository.get(short_id=existing["shortId"])
    key = row.location_key
    await Repository.filter(id=row.id).update(location_key=None)
    await locations.fill_missing(harness.host)
    assert (await Repository.get(id=row.id)).location_key == key is not None


async def test_filling_location_keys_takes_a_constant_number_of_queries(
    client: httpx.AsyncClient, harness: RepositoriesHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries: list[str] = []
    for name in ("execute_query", "execute_query_dict", "execute_many"):
        original = getattr(SqliteClient, name)

        async def counted(self: Any, query: str, *rest: Any, _original: Any = original) -> Any:
            queries.append(query)
            return await _original(self, query, *rest)

        monkeypatch.setattr(SqliteClient, name, counted)
    counts: list[int] = []
    for rows in (2, 40):
        for number in range(rows):
            await Repository.create(
                organization_id=f"o{1 + number % 2}", name=f"{rows}-{number}", type="s3",
                config=S3 | {"endpoint": "h", "bucket": f"b{rows}-{number // 3}"},
            )  # fmt: skip
        queries.clear()
        await locations.fill_missing(harness.host)
        counts.append(len(queries))
    assert counts[0] == counts[1] > 0
    # Rows 0 and 2 of each three belong to one organization: the second gets no key.
    assert await Repository.filter(location_key=None).count() == 13
    taken = await Repository.exclude(location_key=None).values_list(
        "organization_id", "location_key"
    )
    assert len(taken) == len(set(taken)) == 29


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (S3 | {"endpoint": "https://H.example/", "bucket": "b/p/"},
         S3 | {"backend": "r2", "endpoint": "h.example:443", "bucket": "b/p"}, True),
        (S3 | {"endpoint": "h", "bucket": "b"}, S3 | {"endpoint": "h", "bucket": "b/p"}, False),
        ({"backend": "rest", "url": "http://h:80/a/"},
         {"backend": "rest", "url": "http://H", "path": "/a/"}, True),
        ({"backend": "rest", "url": "http://h/a"}, {"backend": "rest", "url": "http://h/b"}, False),
        ({"backend": "rclone", "remote": "r", "path": "/a//b/"},
         {"backend": "rclone", "remote": "r", "path": "a/b"}, True),
    ],
)  # fmt: skip
async def test_remote_locations_are_normalized_before_comparison(
    harness: RepositoriesHarness, one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    keys = [
        await locations.key_of(
            RepositoryConfigBox.model_validate({"config": config}).config, harness.host
        )
        for config in (one, other)
    ]
    assert (keys[0] == keys[1]) is same


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"backend": "rclone", "isExistingRepository": True, "path": "x",
          "remote": ":sftp,host=x,ssh=/tmp/s.sh"}, "remote"),
        ({"backend": "gcs", "bucket": "b", "projectId": "p", "credentialsJson": GCS_KEY},
         "credentialsJson"),
        ({"backend": "sftp", "host": "[-oProxyCommand=x]", "user": "u", "path": "/p",
          "privateKey": "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----"}, "host"),
        ({"backend": "rest", "url": "http://169.254.169.254/"}, "url"),
        ({"backend": "rest", "url": "http://127.0.0.1:1/", "cacert": "nonsense"}, "cacert"),
        ({"backend": "rest", "url": "http://127.0.0.1:1/", "cacert":
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "cacert"),
        ({"backend": "local", "path": "/proc/1/nothing"}, "path"),
    ],
    ids=["rclone", "gcs", "sftp", "metadata", "cacert", "cacert-in-pem", "unwritable"],
)  # fmt: skip
async def test_refused_field_is_400_with_its_path_and_not_stored(
    client: httpx.AsyncClient, harness: RepositoriesHarness, config: dict[str, Any], field: str
) -> None:
    answer = await client.post("/repositories", json={"name": "x", "config": config})
    assert answer.status_code == 400, answer.text
    assert field in answer.text
    assert await Repository.all().count() == 0


async def test_unwritable_folder_is_400_and_not_stored(
    client: httpx.AsyncClient, harness: RepositoriesHarness
) -> None:
    (harness.work_dir / "file").write_text("")
    config = {"backend": "local", "path": str(harness.work_dir / "file")}
    answer = await client.post("/repositories", json={"name": "x", "config": config})
    assert answer.status_code == 400, answer.text
    assert "cannot be written to" in answer.json()["message"]
    assert await Repository.all().count() == 0


async def test_wrong_password_message_is_complete(
    client: httpx.AsyncClient, history: SnapshotHistory
) -> None:
    folder = history.repository.path
    answer = await add(client, folder, isExistingRepository=True, customPassword="wrong-password")
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "Wrong repository password: The provided password for the repository is incorrect."
    )


async def test_concurrent_creates_of_one_folder_by_two_organizations_conflict(
    client: httpx.AsyncClient, history: SnapshotHistory, harness: RepositoriesHarness
) -> None:
    await AllowedRoots.update_or_create({"roots": ["/"]}, organization_id="o2", host="local")
    folder = {"path": str(history.repository.path), "isExistingRepository": True}
    config = {"backend": "local", "customPassword": PASSWORD, **folder}
    answers = await asyncio.gather(
        *(
            client.post(
                "/repositories",
                json={"name": organization, "config": config},
                headers={"x-test-organization": organization},
            )
            for organization in ("o1", "o2")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409], answers[1].text
    assert await Repository.all().count() == 1
