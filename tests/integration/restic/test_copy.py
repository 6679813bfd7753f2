"""`restic copy` between two repositories: what is missing, every pair of storages, and stops."""

import asyncio
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.restic.conftest import PASSWORD, RCLONE
from tests.support.restic_repository import RealRepository
from zerobyte.contract.repositories import Bandwidth
from zerobyte.core.errors import Invalid
from zerobyte.restic import (
    Interrupted,
    Repository,
    SnapshotMissing,
    backup,
    copy,
    init,
    restore,
    snapshots,
    tag,
)

TAG = "k3f9x2ab"


def as_mirror(repository: Repository, password: str = PASSWORD) -> Repository:
    """Give a described repository the id of another row, so that it has a cache of its own."""
    update = {"id": "0192c3d4-0000-7000-8000-000000000002", "password": password}
    return replace(repository, access=repository.access.model_copy(update=update))


@pytest.fixture
async def mirror(tmp_path: Path, repository_at) -> Repository:
    """A local repository with another password and another chunker than `repository`."""
    path = tmp_path / "mirror"
    RealRepository(path, "another-password")
    return as_mirror(repository_at({"backend": "local", "path": str(path)}), "another-password")


async def back_up(repository: Repository, source: Path, name: str) -> str:
    (source / name).write_text(name)
    summary = await backup.run(repository, source, tag=TAG, hostname="h")
    assert summary.snapshot_id is not None
    return summary.snapshot_id


async def test_missing_snapshots_are_copied_once_and_restore_from_the_mirror(
    repository, mirror, source, tmp_path
) -> None:
    first = await back_up(repository, source, "one")
    messages: list[str] = []

    async def on_message(text: str) -> None:
        messages.append(text)

    done = await copy.run(repository, mirror, tag=TAG, on_message=on_message)
    assert (set(done.pairs), done.already_there, done.same_chunker) == ({first}, 0, False)
    assert any("saved" in text for text in messages)
    second = await back_up(repository, source, "two")
    done = await copy.run(repository, mirror, tag=TAG)
    assert (set(done.pairs), done.already_there) == ({second}, 1)
    again = await copy.run(repository, mirror, tag=TAG)
    assert (again.pairs, again.already_there, again.same_chunker) == ({}, 2, None)
    records = {record.id: record for record in await snapshots.run(mirror)}
    assert len(records) == 2
    assert records[done.pairs[second]].original == second
    target = tmp_path / "target"
    await restore.run(mirror, done.pairs[second], target=str(target), base_path=str(source))
    assert sorted(path.name for path in target.iterdir()) == ["a.txt", "one", "sub", "two"]


async def test_t20_a_snapshot_with_a_new_tag_is_not_copied_again(
    repository, mirror, source
) -> None:
    first = await back_up(repository, source, "one")
    await copy.run(repository, mirror, tag=TAG)
    await tag.run(repository, first, add="incomplete")
    again = await copy.run(repository, mirror, tag=TAG)
    assert (again.pairs, again.already_there) == ({}, 1)
    assert len(await snapshots.run(mirror)) == 1


async def test_only_selected_snapshots_are_copied_and_unknown_ids_fail(
    repository, mirror, source
) -> None:
    first, second = [await back_up(repository, source, name) for name in ("one", "two")]
    done = await copy.run(repository, mirror, tag=TAG, ids=[second])
    assert set(done.pairs) == {second}
    with pytest.raises(SnapshotMissing):
        await copy.run(repository, mirror, tag=TAG, ids=[first, "0" * 64])
    assert len(await snapshots.run(mirror)) == 1


async def test_a_repository_is_not_copied_to_itself_by_another_address(
    repository, repository_at, source, tmp_path
) -> None:
    await back_up(repository, source, "one")
    shutil.copytree(tmp_path / "repository", tmp_path / "clone")
    for file in (tmp_path / "clone/snapshots").iterdir():
        file.unlink()
    clone = as_mirror(repository_at({"backend": "local", "path": str(tmp_path / "clone")}))
    with pytest.raises(Invalid, match="same repository"):
        await copy.run(repository, clone, tag=TAG)


async def test_t19_two_s3_accounts(serve, repository_at, source, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", f"{RCLONE.parent}:{os.environ['PATH']}")
    both: list[Repository] = []
    for name in ("first", "second"):
        server = serve("s3", f"--auth-key={name}-key,{name}-secret", name=name)
        (server.folder / "bucket").mkdir()
        config = {
            "backend": "s3",
            "endpoint": f"http://127.0.0.1:{server.port}",
            "bucket": f"bucket/{name}",
            "accessKeyId": f"{name}-key",
            "secretAccessKey": f"{name}-secret",
        }
        both.append(repository_at(config, password=f"password of {name}"))
    here, there = both[0], as_mirror(both[1], "password of second")
    await init.run(here)
    await init.run(there)
    first = await back_up(here, source, "one")
    done = await copy.run(here, there, tag=TAG)
    assert set(done.pairs) == {first}
    assert [record.original for record in await snapshots.run(there)] == [first]


async def test_a_stop_request_ends_restic_and_the_next_copy_completes(
    repository, mirror, source
) -> None:
    (source / "large").write_bytes(os.urandom(4_000_000))
    first = await back_up(repository, source, "one")
    limit = Bandwidth(enabled=True, value=1, unit="Mbps")
    config = mirror.access.config.model_copy(update={"upload_limit": limit})
    limited = replace(mirror, access=mirror.access.model_copy(update={"config": config}))
    stop = asyncio.Event()

    async def on_message(_text: str) -> None:
        stop.set()

    with pytest.raises(Interrupted):
        await copy.run(repository, limited, tag=TAG, on_message=on_message, stop=stop)
    assert await snapshots.run(mirror) == []
    assert set((await copy.run(repository, mirror, tag=TAG)).pairs) == {first}
