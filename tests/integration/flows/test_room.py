"""The look at the worker's own disk before a backup (T18)."""

from pathlib import Path

import pytest

from flows.endings import Refusal
from flows.room import Room
from tests.integration.restic.test_cache import cached
from zerobyte.restic import Tools, cache


def tools_in(folder: Path) -> Tools:
    return Tools(cache_dir=folder / "cache", run_dir=folder / "run")


async def test_t18_a_run_is_refused_in_words_on_a_disk_that_is_almost_full(
    tmp_path: Path,
) -> None:
    tools = tools_in(tmp_path)
    dropped = cached(tools.cache_dir, "r1/data/00/f", used=1)
    room = Room(cache_max_bytes=10**9, min_free_bytes=2**60)
    with pytest.raises(Refusal) as refused:
        await room.check(tools)
    assert "MIN_FREE_BYTES" in refused.value.message
    assert "MB are free" in refused.value.message
    assert str(tmp_path) not in refused.value.safe
    assert not dropped.exists(), "what can be fetched again goes before a run is refused"


async def test_t18_a_run_begins_when_dropping_the_cache_made_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tools_in(tmp_path)
    kept = cached(tools.cache_dir, "r1/data/00/f", used=1)

    async def free_bytes(_: Path) -> int:
        return 100 if kept.exists() else 5000

    monkeypatch.setattr(cache, "free_bytes", free_bytes)
    await Room(cache_max_bytes=10**9, min_free_bytes=1000).check(tools)
    assert not kept.exists()


async def test_t18_the_cache_is_kept_in_its_bound_before_a_run(tmp_path: Path) -> None:
    tools = tools_in(tmp_path)
    old = cached(tools.cache_dir, "r1/data/00/f", used=1)
    new = cached(tools.cache_dir, "r2/data/00/f", used=2)
    room = Room(cache_max_bytes=150_000, min_free_bytes=0)
    await room.check(tools)
    assert (old.exists(), new.exists()) == (False, True)
    again = cached(tools.cache_dir, "r1/data/01/f", used=1)
    await room.check(tools)
    assert again.exists(), "it is not walked before each run"
