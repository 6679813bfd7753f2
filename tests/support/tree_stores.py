"""A store of snapshot file listings in a folder."""

from pathlib import Path

from zerobyte.features.repositories.service.tree_cache.store import (
    TreeStore,
)


def open_tree_store(folder: Path, max_bytes: int = 100_000_000) -> TreeStore:
    return TreeStore(folder / "trees.db", max_bytes=max_bytes, spare_folder=folder / "spare")
