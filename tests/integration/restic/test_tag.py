"""A tag that is added later gives a snapshot a new id, which is returned."""

from zerobyte.restic import backup, snapshots, tag


async def test_a_tagged_snapshot_has_a_new_id_and_names_the_one_before(repository, source):
    summary = await backup.run(repository, source, tag="sched001", hostname="h")
    other = await backup.run(repository, source, tag="sched001", hostname="h")
    marked = await tag.run(repository, summary.snapshot_id, add="incomplete")
    listed = {one.id: one for one in await snapshots.run(repository)}
    assert set(listed) == {marked, other.snapshot_id}
    assert listed[marked].original == summary.snapshot_id
    assert listed[marked].tags == ["sched001", "incomplete"]
    assert listed[other.snapshot_id].tags == ["sched001"]
    assert await tag.run(repository, marked, add="incomplete") == marked
