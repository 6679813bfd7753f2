"""A folder of 200,000 entries is listed without blocking the event loop."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.loop_monitor import MOST_S, longest_turn_s
from zerobyte.core import blocking
from zerobyte.core.process import setup
from zerobyte.mounts import files

ENTRIES = 200_000


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    """Exclude loaded objects from garbage collection, as the API does."""
    setup.freeze_loaded_objects()
    yield
    gc.unfreeze()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    for n in range(ENTRIES - 1):
        (tmp_path / f"{'Photo' if n % 2 else 'photo'} {n * 7919 % ENTRIES:07}").touch()
    (tmp_path / "zoo").mkdir()
    return tmp_path


async def test_folder_of_200_000_entries_blocks_the_loop_for_50_ms_at_most(large: Path) -> None:
    def listed(offset: int) -> files.Page:
        return files.list_folder(large, "/", offset=offset, limit=500, protected=[])

    async def show() -> None:
        await blocking.run_blocking(lambda: listed(100_000), limit_s=120)

    assert await longest_turn_s(show) < MOST_S

    names = os.listdir(large)  # noqa: PTH208 - plain strings, read at once
    in_order = sorted(names, key=lambda name: (name != "zoo", name.casefold(), name))
    for offset in (0, 4_800, 199_900):
        page = listed(offset)
        assert [entry.name for entry in page.entries] == in_order[offset : offset + 500]
        assert page.total == ENTRIES
        assert [entry.kind for entry in page.entries[:2]] == (
            ["directory", "file"] if offset == 0 else ["file", "file"]
        )


async def test_host_folders_are_listed_without_blocking_the_loop(tmp_path: Path) -> None:
    for n in range(30_000):
        (tmp_path / f"d{n:05}").mkdir()

    async def show() -> None:
        found = await blocking.run_blocking(
            lambda: files.list_directories(str(tmp_path), protected=[]), limit_s=120
        )
        assert [found[0].name, found[-1].name] == ["d00000", "d29999"]

    assert await longest_turn_s(show) < MOST_S
