"""restic.prune: argv of the removal of unused data."""

from tests.support.unopened_repository import REPOSITORY
from zerobyte.restic import prune


def test_prune_waits_for_locks_and_tidies_the_cache():
    assert prune.argv(REPOSITORY) == ["prune", "--json", "--retry-lock", "2m", "--cleanup-cache"]
