"""restic.forget: argv of the removal of snapshots."""

import pytest

from tests.support.unopened_repository import REPOSITORY, SNAPSHOT
from zerobyte.core.errors import Invalid
from zerobyte.restic import forget


def test_removal_names_ids_alone():
    assert forget.removal_argv(REPOSITORY, [SNAPSHOT]) == [
        *("forget", "--json", "--retry-lock", "2m", "--prune", "--cleanup-cache", "--", SNAPSHOT)
    ]
    for word in ("latest", "-x", "--prune", "", "zz", f"{SNAPSHOT}:/x"):
        with pytest.raises(Invalid):
            forget.removal_argv(REPOSITORY, [word])
