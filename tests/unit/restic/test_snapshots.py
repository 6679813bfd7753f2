"""restic.snapshots, ls, dump and check: reads take no lock."""

import pytest

from tests.support.unopened_repository import REPOSITORY, SNAPSHOT
from zerobyte.core.errors import Invalid
from zerobyte.restic import check, dump, ls, snapshots


def test_reads_take_no_lock():
    assert snapshots.argv(tag="t") == ["snapshots", "--json", "--no-lock", "--tag=t"]
    assert snapshots.argv(ids=(SNAPSHOT,))[3:] == ["--", SNAPSHOT]
    assert ls.argv(SNAPSHOT) == ["ls", "--json", "--no-lock", "--", SNAPSHOT]
    assert ls.argv(SNAPSHOT, path="/-x")[-1] == "/-x"
    assert dump.argv(SNAPSHOT, "/a", base_path="/b")[-2:] == [f"{SNAPSHOT}:/b", "/a"]
    assert check.argv(REPOSITORY) == ["check", "--json", "--retry-lock", "2m"]
    for refused in (lambda: ls.argv(SNAPSHOT, path="x"), lambda: dump.argv(SNAPSHOT, "x")):
        with pytest.raises(Invalid):
            refused()
