"""Measure listings of a snapshot's files: `restic ls`, the tree cache and a plain SQLite table.

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
from bench.rows import Row, seconds
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


def fill(folder: Path, *, files: int, per_folder: int = 500) -> None:
    """Write empty files, `per_folder` to a folder."""
    for number in range(files):
        parent = folder / f"{number // per_folder:05d}"
        if number % per_folder == 0:
            parent.mkdir(parents=True)
        (parent / f"{number:07d}.txt").touch()


async def trees(work: Path, *, restic: str, files: int) -> list[Row]:
    """Return rows about one snapshot with this many files."""
    source = work / "many files"
    fill(source, files=files)
    bare = BareRestic(work / "bare trees", restic=restic)
    await bare.init()
    await bare.run(["backup", "--quiet", str(source)])
    listing = ["ls", "--json", "--no-lock", "latest"]
    known = TreeCache(
        TreeStore(work / "trees.db", max_bytes=2**30, spare_folder=work),
    )
    ours, theirs = [], []
    for number in range(_ROUNDS):
        theirs.append(await bare.run(listing))
        begun = time.perf_counter()
        tree = await known.begin_write("repository", str(number))

        async def take(chunk: bytes, tree=tree) -> None:
            await tree.write(chunk)

        await process.run([restic, *listing], env=bare.env, on_stdout_chunk=take)
        await tree.finish()
        await known.page(TreeQuery("repository", str(number)), 0, _PAGE)
        ours.append(time.perf_counter() - begun)
    question = TreeQuery("repository", "0", str(source / "00001"))
    rows = [
        Row(
            f"first page of {files} files",
            seconds(median(ours)),
            seconds(median(theirs)),
            f"{median(ours) / median(theirs):.2f}",
        )
    ]
    for what, query in (("folder", question), ("whole tree", TreeQuery("repository", "0"))):
        times = [await _timed(known, query, offset=0) for _ in range(20)]
        rows.append(Row(f"a page of a known {what}", seconds(median(times))))
    whole = TreeQuery("repository", "0")
    pages = [await _timed(known, whole, offset=_PAGE * n) for n in range(files // _PAGE)]
    half = len(pages) // 2
    rows.append(
        Row(
            f"{len(pages)} pages, one after the other",
            seconds(sum(pages)),
            ratio=f"{sum(pages[half:]) / max(sum(pages[:half]), 1e-9):.2f} (second half by first)",
        )
    )
    await known.aclose()
    return rows


async def _timed(known: TreeCache, question: TreeQuery, *, offset: int) -> float:
    begun = time.perf_counter()
    await known.page(question, offset, _PAGE)
    return time.perf_counter() - begun


async def _listing_chunks(source: Path, work: Path, restic: str) -> list[bytes]:
    """Back up a folder and return restic's listing of it in chunks."""
    bare = BareRestic(work / "bare", restic=restic)
    await bare.init()
    await bare.run(["backup", "--quiet", str(source)])
    chunks: list[bytes] = []

    async def keep(chunk: bytes) -> None:
        chunks.append(chunk)

    listing = [restic, "ls", "--json", "--no-lock", "latest"]
    await process.run(listing, env=bare.env, on_stdout_chunk=keep)
    return chunks


def _tree_size_mib(work: Path, name: str) -> float:
    """Return the size of a store's files per tree."""
    return sum(path.stat().st_size for path in work.glob(f"{name}*")) / _BUILDS / 2**20


async def compare(work: Path, *, restic: str) -> Table:
    """Measure build, folder page and search of both stores, from the same output of restic."""
    source = work / "files"
    fill(source, files=_FILES, per_folder=_FOLDER_FILES)
    chunks = await _listing_chunks(source, work, restic)
    cache = TreeCache(TreeStore(work / "trees.db", max_bytes=2**30, spare_folder=work))
    table = TreeTable(work / "table.db")
    folders = [str(source / f"{n % (_FILES // _FOLDER_FILES):05d}") for n in range(_READS)]

    async def build_cache(number: int) -> None:
        tree = await cache.begin_write("repository", str(number))
        for chunk in chunks:
            await tree.write(chunk)
        await tree.finish()

    def build_table(number: int) -> None:
        parsed = (ls.parsed(line) for line in b"".join(chunks).splitlines())
        table.build(str(number), (node for node in parsed if node is not None))

    async def cached_page(number: int) -> None:
        query = TreeQuery("repository", "0", folders[number])
        page = await cache.page(query, 0, _FOLDER_FILES)
        assert page is not None
        assert page.total >= _FOLDER_FILES

    async def cached_search(number: int) -> None:
        page = await cache.page(TreeQuery("repository", "0", q=f"{number:04d}"), 0, _FOLDER_FILES)
        assert page is not None
        assert page.entries

    def table_page(number: int) -> None:
        assert len(table.page("0", folders[number], _FOLDER_FILES)) == _FOLDER_FILES

    def table_search(number: int) -> None:
        assert table.search("0", f"{number:04d}", _FOLDER_FILES)

    result = Table(f"{_FILES} files", "tree cache p50", "p99", "table p50", "p99", "table/cache")
    for what, count, ours, theirs in (
        ("build", _BUILDS, build_cache, build_table),
        (f"page of a {_FOLDER_FILES}-entry folder", _READS, cached_page, table_page),
        ("search by name", _SEARCHES, cached_search, table_search),
    ):
        mine, plain = await _alternate(count, ours, theirs)
        cells = [f"{1000 * value:.1f} ms" for value in (*_spread(mine), *_spread(plain))]
        result.add_row(what, *cells, f"{median(plain) / median(mine):.2f}")
    sizes = [_tree_size_mib(work, name) for name in ("trees.db", "table.db")]
    result.add_row("file size per tree", f"{sizes[0]:.1f} MiB", "", f"{sizes[1]:.1f} MiB", "", "")
    await cache.aclose()
    table.close()
    return result


async def _alternate(
    count: int, ours: Callable[[int], Awaitable[None]], theirs: Callable[[int], None]
) -> tuple[list[float], list[float]]:
    """Run both in turn, so that other load on the machine slows both equally."""
    mine: list[float] = []
    plain: list[float] = []
    for number in range(count):
        begun = time.perf_counter()
        await ours(number)
        middle = time.perf_counter()
        await asyncio.to_thread(theirs, number)
        mine.append(middle - begun)
        plain.append(time.perf_counter() - middle)
    return mine, plain


def _spread(times: list[float]) -> tuple[float, float]:
    """Return p50 and p99 in seconds; of a few values, p99 is the largest one."""
    return median(times), quantiles(times, n=100)[98] if len(times) > 100 else max(times)


def main() -> None:
    """Compare both stores and print one table."""
    work = Path(tempfile.mkdtemp(prefix="zerobyte-bench-trees-"))
    try:
        result = asyncio.run(compare(work, restic=shutil.which("restic") or "restic"))
        Console(highlight=False, width=100).print(result)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
