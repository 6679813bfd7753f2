"""Include entries that lead through links: refused when they leave the volume."""

import pytest

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.restic import backup, ls, snapshots

HOST = "zerobyte"


@pytest.mark.parametrize("entry", ["way-out/*", "way-ou?/passwd", "*/passwd"])
async def test_an_include_pattern_through_a_link_out_of_the_volume_is_refused(
    repository, source, entry
):
    (source / "way-out").symlink_to("/etc")
    options = BackupOptions(include_patterns=[entry, "!way-out"])
    with pytest.raises(Invalid, match="Include pattern escapes volume root"):
        await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST, options=options)
    assert await snapshots.run(repository, tag="k3f9x2ab") == []
    harmless = BackupOptions(include_patterns=["*/absent", "*.txt"])
    made = await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST, options=harmless)
    assert made.snapshot_id


async def test_an_include_path_through_a_link_out_of_the_volume_is_refused(repository, source):
    (source / "way-out").symlink_to("/etc")
    options = BackupOptions(include_paths=["way-out/passwd"])
    with pytest.raises(Invalid, match="escapes volume root: way-out/passwd"):
        await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST, options=options)
    linked = BackupOptions(include_paths=["way-out"])
    made = await backup.run(repository, source, tag="k3f9x2ab", hostname=HOST, options=linked)
    nodes = [node async for node in ls.run(repository, made.snapshot_id) if node.type != "dir"]
    assert [(node.path, node.type) for node in nodes] == [(f"{source}/way-out", "symlink")]
