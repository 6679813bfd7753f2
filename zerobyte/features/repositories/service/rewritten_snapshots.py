"""Follow snapshots in the index that restic rewrote under a new id, with all their marks."""

from collections.abc import Mapping, Sequence

from zerobyte.contract.jobs import TagEdit
from zerobyte.core import clock
from zerobyte.features.repositories.models import Repository, Snapshot
from zerobyte.features.repositories.service import snapshot_index


async def record(repository_id: str, new_ids: Mapping[str, str], edits: Sequence[TagEdit]) -> None:
    """Give the rows of rewritten snapshots their new ids and tags; all marks stay.

    The row stays the same, because the order of rows says which run was the latest.

    new_ids     new full id by former full id.
    edits       the edits that the task made.
    """
    edit_of = {snapshot_id: edit for edit in edits for snapshot_id in edit.snapshot_ids}
    for old, new in new_ids.items():
        entry = await snapshot_index.find(repository_id, old)
        edit = edit_of.get(old)
        if entry is None or edit is None:
            continue
        row = Snapshot.filter(repository_id=repository_id, snapshot_id=old)
        if await Snapshot.exists(repository_id=repository_id, snapshot_id=new):
            # A refresh has listed it meanwhile, with the marks of this row.
            await row.delete()
            continue
        before = entry.record
        after = before.model_copy(
            update={
                "id": new,
                "short_id": new[:8],
                "original": before.original or old,
                "tags": edit.applied_to(before.tags),
            }
        )
        # A refresh that began earlier does not list the new id: `created_at` keeps its row.
        changed = {**snapshot_index.columns(after), "created_at": clock.now_ms()}
        await row.update(**changed)
    repository = await Repository.get_or_none(id=repository_id)
    if repository is not None and set(repository.accepted_snapshots or ()) & set(new_ids):
        accepted = [new_ids.get(one, one) for one in repository.accepted_snapshots or ()]
        await Repository.filter(id=repository_id).update(accepted_snapshots=accepted)
