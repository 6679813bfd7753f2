"""A tag that is added later gives a snapshot a new id, which is returned."""

from zerobyte.contract.jobs import TagEdit
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


async def test_edit_of_several_snapshots_reports_each_new_id(repository, source):
    first = (await backup.run(repository, source, tag="sched001", hostname="h")).snapshot_id
    second = (await backup.run(repository, source, tag="sched002", hostname="h")).snapshot_id
    changed: dict[str, str] = {}
    edit = TagEdit(
        snapshot_ids=[first, second, "f" * 64], add=["keep", "more"], remove=["sched001"]
    )
    await tag.edit_tags(repository, edit, on_change=changed.__setitem__)
    assert set(changed) == {first, second}
    records = {one.original: one for one in await snapshots.run(repository)}
    for old, before in ((first, ["sched001"]), (second, ["sched002"])):
        assert records[old].id == changed[old]
        assert records[old].tags == edit.applied_to(before)
    replaced = TagEdit(snapshot_ids=[changed[first]], set=["only"])
    again: dict[str, str] = {}
    await tag.edit_tags(repository, replaced, on_change=again.__setitem__)
    [record] = await snapshots.run(repository, ids=(again[changed[first]],))
    assert (record.tags, record.original) == (["only"], first)
