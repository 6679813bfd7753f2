"""Adding repositories: made by the real restic, or opened; a failure leaves nothing behind."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.repositories.conftest import History, House
from zerobyte.features.repositories.models import Repository

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def local(path: Path, **config: Any) -> dict[str, Any]:
    return {"backend": "local", "path": str(path), **config}


async def test_a_new_local_repository_is_made_in_a_folder_of_its_own_and_is_healthy_at_once(
    client: httpx.AsyncClient, house: House
) -> None:
    answer = await client.post(
        "/repositories",
        json={"name": "  mine ", "compressionMode": "max", "config": local(house.place)},
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["message"] == "Repository created"
    made = body["repository"]
    path = house.place / made["shortId"]
    assert (path / "config").is_file()
    assert made["config"] == local(path)
    assert made["name"] == "mine"
    assert made["compressionMode"] == "max"
    assert made["status"] == "healthy"
    assert made["lastChecked"] is not None
    assert (await client.get(f"/repositories/{made['shortId']}/snapshots")).json() == []
    assert [run[0] for run in house.runs()] == ["init"]


async def test_an_existing_repository_brings_its_snapshots(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History, house: House
) -> None:
    assert existing["status"] == "healthy"
    listed = await client.get(f"/repositories/{existing['shortId']}/snapshots")
    assert [one["short_id"] for one in listed.json()] == [one[:8] for one in history.ids]
    assert [run[0] for run in house.runs()] == ["snapshots"]


@pytest.mark.parametrize(
    ("config", "status", "words"),
    [
        ({"customPassword": "wrong"}, 400, "password"),
        ({"path": "/nonexistent/place"}, 400, "no repository"),
    ],
)
async def test_what_cannot_be_opened_is_refused_in_words_and_leaves_no_row(
    client: httpx.AsyncClient,
    history: History,
    house: House,
    config: dict[str, Any],
    status: int,
    words: str,
) -> None:
    """T22: a wrong password is told apart from a missing repository."""
    sent = local(history.repository.path, isExistingRepository=True) | config
    answer = await client.post("/repositories", json={"name": "x", "config": sent})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["message"]
    assert "wrong" not in answer.text.replace("Wrong", "")
    assert await Repository.all().count() == 0


async def test_a_repository_of_another_password_opens_with_it_and_hides_it(
    client: httpx.AsyncClient, history: History
) -> None:
    sent = local(
        history.repository.path,
        isExistingRepository=True,
        customPassword=history.repository.password,
    )
    answer = await client.post(
        "/repositories",
        json={"name": "x", "config": sent},
        headers={"x-test-organization": "o2"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["repository"]["config"]["customPassword"] == "***"
    assert history.repository.password not in answer.text
    row = await Repository.get()
    assert history.repository.password not in str(row.config)


async def test_the_name_is_unique_in_the_organization_alone(
    client: httpx.AsyncClient, house: House
) -> None:
    body = {"name": "same", "config": local(house.place)}
    first, second = await asyncio.gather(
        client.post("/repositories", json=body), client.post("/repositories", json=body)
    )
    assert sorted((first.status_code, second.status_code)) == [201, 409]
    third = await client.post("/repositories", json=body)
    assert third.status_code == 409
    assert third.json()["message"] == "A repository with this name already exists"
    assert len(list(house.place.iterdir())) == 1
    foreign = await client.post("/repositories", json=body, headers={"x-test-organization": "o2"})
    assert foreign.status_code == 201


async def test_the_same_place_is_not_added_twice(
    client: httpx.AsyncClient, existing: dict[str, Any], history: History
) -> None:
    sent = local(Path(f"{history.repository.path}/"), isExistingRepository=True)
    answer = await client.post("/repositories", json={"name": "again", "config": sent})
    assert answer.status_code == 409
    assert "history" in answer.json()["message"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 256])
async def test_the_name_must_say_something(
    client: httpx.AsyncClient, house: House, name: str
) -> None:
    body = {"name": name, "config": local(house.place)}
    answer = await client.post("/repositories", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"][0]["path"] == ["name"]


async def test_our_own_folders_hold_no_repository_but_the_one_for_them_does(
    client: httpx.AsyncClient, house: House, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(house.data)
    for path in (house.data, house.data / "restic", tmp_path / "link" / "data"):
        body = {"name": "x", "config": local(path)}
        answer = await client.post("/repositories", json=body)
        assert answer.status_code == 400, path
        assert answer.json()["error"][0]["path"] == ["config", "path"]
    body = {"name": "x", "config": local(house.data / "repositories")}
    assert (await client.post("/repositories", json=body)).status_code == 201


async def test_a_mask_is_no_secret_to_begin_with(
    client: httpx.AsyncClient, history: History
) -> None:
    sent = local(history.repository.path, isExistingRepository=True, customPassword="***")
    answer = await client.post("/repositories", json={"name": "x", "config": sent})
    assert answer.status_code == 400


async def test_an_unreachable_storage_is_503_and_a_locked_ssh_key_400_without_a_row(
    client: httpx.AsyncClient, house: House
) -> None:
    house.repositories._creation._limit_s = 5  # restic has begun by then, and has been refused
    rest = {"backend": "rest", "url": "http://127.0.0.1:1/"}
    answer = await client.post(
        "/repositories", json={"name": "x", "config": {**rest, "isExistingRepository": True}}
    )
    assert answer.status_code == 503, answer.text
    assert "connection refused" in answer.json()["details"]
    key = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nx\n-----END-----"
    sftp = {"backend": "sftp", "host": "h", "user": "u", "path": "/p", "privateKey": key}
    answer = await client.post("/repositories", json={"name": "x", "config": sftp})
    assert answer.status_code == 400
    assert "Passphrase-protected" in answer.json()["message"]
    assert await Repository.all().count() == 0


async def test_restic_that_does_not_end_is_stopped_and_the_answer_says_so(
    client: httpx.AsyncClient, house: House
) -> None:
    house.repositories._creation._limit_s = 0.3
    house.restic.write_text("#!/bin/sh\nexec sleep 60\n")
    answer = await client.post("/repositories", json={"name": "x", "config": local(house.place)})
    assert answer.status_code == 503
    assert await Repository.all().count() == 0
