"""restic's cache keeps its bound, and a repository works on without what was removed (T18)."""

import os
from pathlib import Path

from tests.support.cache_files import cache_file
from zerobyte.restic import backup, cache, snapshots


async def test_t18_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    old = [cache_file(tmp_path, f"r1/data/0{n}/f", used=1000 + n) for n in range(3)]
    new = [cache_file(tmp_path, f"r2/index/0{n}/f", used=2000 + n) for n in range(3)]
    read_lately = cache_file(tmp_path, "r1/data/09/f", used=10)
    os.utime(read_lately, (9000, 10))
    tag = cache_file(tmp_path, "r1/CACHEDIR.TAG", used=1, size=40)
    elsewhere = cache_file(tmp_path.parent / "elsewhere", "f", used=1)
    (tmp_path / "r1" / "link").symlink_to(elsewhere.parent)
    assert await cache.shrink(tmp_path, 10**9) == 0
    freed = await cache.shrink(tmp_path, 500_000)
    assert freed >= 2 * 100_000
    assert [path.exists() for path in (*old[:2], *new, read_lately)] == [False] * 2 + [True] * 4
    await cache.shrink(tmp_path, 0)
    assert not any(path.exists() for path in (*old, *new, read_lately))
    assert tag.exists()
    assert elsewhere.exists()
    assert await cache.shrink(tmp_path / "nothing", 0) == 0


async def test_t18_each_repository_has_a_cache_of_its_own_that_may_vanish(
    repository, source: Path
) -> None:
    await backup.run(repository, source, tag="t", hostname="h")
    folder = repository.tools.cache_dir
    assert {entry.name for entry in folder.iterdir()} == {repository.access.id}
    assert await cache.shrink(folder, 0) > 0
    assert len(await snapshots.run(repository)) == 1
    await backup.run(repository, source, tag="t", hostname="h")
    assert len(await snapshots.run(repository)) == 2
