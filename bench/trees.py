"""Measure file listings of a snapshot: filled by `restic ls`, then from the cache."""

`python -m bench.trees` compares the tree cache with the table on a tree of 50,000 files.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.bare import BareRestic
from bench.measure import Row, seconds
from bench.tree_table import TreeTable
from zerobyte.core import process
from zerobyte.features.repositories.service.tree_cache.cache import TreeCache
from zerobyte.features.repositories.service.tree_cache.queries import TreeQuery
from zerobyte.features.repositories.service.tree_cache.store import TreeStore
from zerobyte.restic import ls

_ROUNDS = 3
_PAGE = 500
_FILES: Final = 50_000
_FOLDER_FILES: Final = 250
_BUILDS: Final = 5
_READS: Final = 200
_SEARCHES: Final = 40


def fill(folder: Path, *, files: int) -> None:
    """Create empty files, five hundred per folder."""
    for number in range(files):
        subfolder = folder / f"{number // 500:05d}"
        if number % 500 == 0:
            subfolder.mkdir(parents=True)
        (subfolder / f"{number:07d}.txt").touch()


async def trees(work: Path, *, restic: str, files: int) -> list[Row]:
    """Return rows about one snapshot with this many files."""
    source = work / "many files"
    fill(source, files=files)
    bare = BareRestic(work / "bare trees", restic=restic)
    await bare.init()
    await bare.run(["backup", "--quiet", str(source)])
    listing = ["ls", "--json", "--no-lock", "latest"]
    cache = TreeCache(
        TreeStore(work / "trees.db", max_bytes=2**30, spare_folder=work),
    )
    ours, theirs = [], []
    for number in range(_ROUNDS):
        theirs.append(await bare.run(listing))
        started = time.perf_counter()
        tree = await cache.begin_write("repository", str(number))

        async def take(chunk: bytes, tree=tree) -> None:
            await tree.write(chunk)

        await process.run([restic, *listing], env=bare.env, on_stdout_chunk=take)
        await tree.finish()
        await cache.page(TreeQuery("repository", str(number)), 0, _PAGE)
        ours.append(time.perf_counter() - started)
    query = TreeQuery("repository", "0", str(source / "00001"))
    rows = [
        Row(
            f"first page of {files} files",
            seconds(median(ours)),
            seconds(median(theirs)),
            f"{median(ours) / median(theirs):.2f}",
        )
    ]
    for part, part_query in (("folder", query), ("whole tree", TreeQuery("repository", "0"))):
        times = [await _timed(cache, part_query, offset=0) for _ in range(20)]
        rows.append(Row(f"a page of a cached {part}", seconds(median(times))))
    whole = TreeQuery("repository", "0")
    pages = [await _timed(cache, whole, offset=_PAGE * n) for n in range(files // _PAGE)]
    half = len(pages) // 2
    rows.append(
        Row(
            f"{len(pages)} pages, one after the other",
            seconds(sum(pages)),
            ratio=f"{sum(pages[half:]) / max(sum(pages[:half]), 1e-9):.2f} (second half by first)",
        )
    )
    await cache.aclose()
    return rows


async def _timed(cache: TreeCache, query: TreeQuery, *, offset: int) -> float:
    started = time.perf_counter()
    await cache.page(query, offset, _PAGE)
    return time.perf_counter() - started
