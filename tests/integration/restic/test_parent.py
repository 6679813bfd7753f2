"""The parent of a backup is named, because restic would choose it by host and path alone."""

import os

import pytest

from zerobyte.contract.jobs import BackupOptions
from zerobyte.restic import backup, dump, forget, snapshots

IGNORING = BackupOptions(custom_restic_params=["--ignore-inode", "--ignore-ctime"])
ONE, OTHER = "sched001", "sched002"


async def save(repository, source, tag, **more):
    return await backup.run(repository, source, tag=tag, hostname="h", options=IGNORING, **more)


async def content(repository, snapshot_id, path):
    taken: list[bytes] = []
    await dump.run(repository, snapshot_id, str(path), on_chunk=taken.append)
    return b"".join(taken)


@pytest.fixture
def file(tmp_path):
    """A file of one source; `swap` puts another source with equal metadata at its path."""
    place = tmp_path / "mounted" / "file"
    place.parent.mkdir()
    place.write_bytes(b"first source")
    os.utime(place, ns=(10**18, 10**18))
    return place


def swap(file):
    file.unlink()
    file.write_bytes(b"other source")
    os.utime(file, ns=(10**18, 10**18))


async def test_the_first_run_of_a_schedule_takes_nothing_from_another_source_at_the_same_path(
    repository, file
):
    await save(repository, file.parent, ONE, rereads=True)
    swap(file)
    chosen = await save(repository, file.parent, OTHER)
    assert await content(repository, chosen.snapshot_id, file) == b"first source", (
        "restic's own choice no longer does harm: this test proves nothing any more"
    )
    read = await save(repository, file.parent, OTHER, rereads=True)
    assert await content(repository, read.snapshot_id, file) == b"other source"


async def test_a_named_parent_spares_reading_and_keeps_sources_apart(repository, file):
    first = await save(repository, file.parent, ONE, rereads=True)
    swap(file)
    other = await save(repository, file.parent, OTHER, rereads=True)
    again = await save(repository, file.parent, OTHER, parent=other.snapshot_id)
    assert again.files_unmodified == 1
    assert await content(repository, again.snapshot_id, file) == b"other source"
    listed = {one.id: one for one in await snapshots.run(repository)}
    assert listed[again.snapshot_id].parent == other.snapshot_id
    assert listed[first.snapshot_id].parent is None


async def test_a_parent_that_was_removed_meanwhile_does_not_fail_the_run(repository, file):
    gone = await save(repository, file.parent, ONE, rereads=True)
    await save(repository, file.parent, OTHER, rereads=True)
    await forget.by_ids(repository, [gone.snapshot_id])
    swap(file)
    done = await save(repository, file.parent, ONE, parent=gone.snapshot_id)
    assert await content(repository, done.snapshot_id, file) == b"other source"
