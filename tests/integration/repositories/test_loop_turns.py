"""Large repositories do not block the event loop."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.loop_monitor import MOST_S, longest_turn_s
from tests.support.repositories import PASSWORD, RepositoriesHarness, new_tree_store
from tests.support.restic_repository import RealRepository
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core.process import setup
from zerobyte.features.repositories import schemas
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.repositories.service.tree_cache.cache import TreeCache
from zerobyte.features.repositories.service.tree_cache.queries import TreeQuery
from zerobyte.http.auth import Actor

SNAPSHOTS = 10_000
ENTRIES = 200_000


@pytest.fixture
def database_kind() -> str:
    """One database is enough: rows are converted and read in parts on both."""
    return "sqlite"


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """Exclude loaded objects from garbage collection, as the API does."""
    setup.freeze_loaded_objects()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> RealRepository:
    """Return a repository with ten thousand snapshots of two schedules."""
    repository = RealRepository(tmp_path_factory.mktemp("large") / "repository", PASSWORD)
    for n in range(SNAPSHOTS):
        day = f"20{10 + n // 336 % 30}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}"
        time = f"{day}T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.123456789+02:00"
        repository.forge(time, f"sched00{n % 2}", "/srv/data")
    return repository


async def added(client: httpx.AsyncClient, repository: RealRepository) -> Repository:
    config = {"backend": "local", "path": str(repository.path), "isExistingRepository": True}
    answer = await client.post("/repositories", json={"name": "large", "config": config})
    assert answer.status_code == 201, answer.text
    return await Repository.get(short_id=answer.json()["repository"]["shortId"])


async def test_refresh_of_10_000_snapshots_blocks_the_loop_for_50_ms_at_most(
    client: httpx.AsyncClient, harness: RepositoriesHarness, large: RealRepository
) -> None:
    row = await added(client, large)

    async def first() -> None:
        await Snapshot.all().delete()
        await harness.snapshots.refresh_row(row)

    assert await longest_turn_s(first) < MOST_S
    assert await Snapshot.all().count() == SNAPSHOTS
    assert await longest_turn_s(lambda: harness.snapshots.refresh_row(row)) < MOST_S
    assert await Snapshot.all().count() == SNAPSHOTS


async def test_list_of_10_000_snapshots_blocks_the_loop_for_50_ms_at_most(
    client: httpx.AsyncClient, harness: RepositoriesHarness, large: RealRepository
) -> None:
    row = await added(client, large)
    await harness.snapshots.refresh_row(row)
    policies = iter([None, RetentionPolicy(keep_daily=400), RetentionPolicy(keep_weekly=9)])

    async def policy_of(*_: str) -> tuple[RetentionPolicy, str | None] | None:
        policy = next(policies)
        return policy and (policy, "Asia/Tokyo")

    harness.schedules.policy_of = policy_of
    actor = Actor(
        user_id="u1", user_name="Ada", organization_id="o1", organization_role="owner",
        instance_role="user", session_id=None, source="browser",
    )  # fmt: skip

    async def shown() -> None:
        query = schemas.ListSnapshotsQuery(backup_id="sched001")
        answer = await harness.snapshots.list_all(actor, row.short_id, query)
        assert answer.body.count(b'"short_id"') == SNAPSHOTS // 2

    assert await longest_turn_s(shown) < MOST_S


async def test_folder_of_200_000_entries_blocks_the_loop_for_50_ms_at_most(
    tmp_path: Path,
) -> None:
    nodes = [{"name": "d", "path": "/d", "type": "dir"}]
    for n in range(ENTRIES):
        name = f"photo {n:07}.jpg"
        nodes.append({"name": name, "path": f"/d/{name}", "type": "file"})
    lines = [json.dumps({**node, "struct_type": "node"}) for node in nodes]
    text = ("\n".join(lines) + "\n").encode()
    trees = TreeCache(new_tree_store(tmp_path))
    count = iter(range(100))

    async def work() -> None:
        snapshot = f"s{next(count)}"
        tree = await trees.begin_write("r", snapshot)
        for start in range(0, len(text), 65_536):
            await tree.write(text[start : start + 65_536])
        await tree.finish()
        for question in (TreeQuery("r", snapshot, "/d"), TreeQuery("r", snapshot, "/d", "99.JPG")):
            page = await trees.page(question, 100, 1000)
            assert page is not None
            assert len(page.nodes) == 1000
        found = await trees.find(TreeQuery("r", snapshot, "/d/photo 0199999.jpg"))
        assert found is not None
        assert found.total == 1

    assert await longest_turn_s(work) < MOST_S
    await trees.aclose()
