"""The check of the worker's own disk before a backup (T18)."""

from pathlib import Path

import pytest

from flows.disk_space import DiskSpaceGuard
from flows.outcome import PreconditionFailed
from tests.support.cache_files import cache_file
from zerobyte.restic import Tools, cache
from zerobyte.settings import Settings

GIB = 2**30


def tools_in(folder: Path) -> Tools:
    return Tools(cache_dir=folder / "cache", run_dir=folder / "run")


async def test_t18_run_on_an_almost_full_disk_is_refused_with_a_message(
    tmp_path: Path,
) -> None:
    tools = tools_in(tmp_path)
    dropped = cache_file(tools.cache_dir, "r1/data/00/f", used=1)
    room = DiskSpaceGuard(cache_max_bytes=10**9, min_free_bytes=2**60, min_free_percent=5)
    with pytest.raises(PreconditionFailed) as refused:
        await room.check(tools)
    assert "MIN_FREE_BYTES" in refused.value.message
    assert "MB are free" in refused.value.message
    assert str(tmp_path) not in refused.value.public
    assert not dropped.exists(), "what can be fetched again goes before a run is refused"


async def test_t18_run_starts_after_dropping_the_cache_freed_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tools_in(tmp_path)
    kept = cache_file(tools.cache_dir, "r1/data/00/f", used=1)

    async def disk(_: Path) -> cache.Disk:
        return cache.Disk(size_bytes=10_000, free_bytes=100 if kept.exists() else 5000)

    monkeypatch.setattr(cache, "disk", disk)
    await DiskSpaceGuard(cache_max_bytes=10**9, min_free_bytes=1000, min_free_percent=0).check(
        tools
    )
    assert not kept.exists()


@pytest.mark.parametrize(
    ("size", "wanted", "variable"),
    [
        (10 * GIB, 2 * GIB, "MIN_FREE_BYTES"),
        (100 * GIB, 5 * GIB, "MIN_FREE_PERCENT"),
        (1500 * GIB, 20 * GIB, "MIN_FREE_PERCENT"),
    ],
)
async def test_t18_required_space_is_2_gib_or_5_percent_up_to_20_gib(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, wanted: int, variable: str
) -> None:
    tools, settings = tools_in(tmp_path), Settings.load({"ZEROBYTE_DATA_DIR": str(tmp_path)})
    room = DiskSpaceGuard(
        cache_max_bytes=settings.cache_max_bytes,
        min_free_bytes=settings.min_free_bytes,
        min_free_percent=settings.min_free_percent,
    )

    def with_free(free: int) -> None:
        async def disk(_: Path) -> cache.Disk:
            return cache.Disk(size_bytes=size, free_bytes=free)

        monkeypatch.setattr(cache, "disk", disk)

    with_free(wanted)
    await room.check(tools)
    with_free(wanted - 1)
    with pytest.raises(PreconditionFailed) as refused:
        await room.check(tools)
    message = refused.value.message
    assert f"Only {(wanted - 1) // 10**6} MB are free" in message
    assert f"at least {wanted // 10**6} MB free" in message
    assert f"set {variable} lower" in message


async def test_t18_cache_is_shrunk_to_its_limit_before_a_run(tmp_path: Path) -> None:
    tools = tools_in(tmp_path)
    old = cache_file(tools.cache_dir, "r1/data/00/f", used=1)
    new = cache_file(tools.cache_dir, "r2/data/00/f", used=2)
    room = DiskSpaceGuard(cache_max_bytes=150_000, min_free_bytes=0, min_free_percent=0)
    await room.check(tools)
    assert (old.exists(), new.exists()) == (False, True)
    again = cache_file(tools.cache_dir, "r1/data/01/f", used=1)
    await room.check(tools)
    assert again.exists(), "it is not walked before each run"
