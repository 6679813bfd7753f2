"""Bare restic on the same data with the same flags, as the reference of the comparison."""

import time
from collections.abc import Sequence
from pathlib import Path

from zerobyte.core import process


class BareRestic:
    """A restic with a repository and a cache of its own."""

    def __init__(self, folder: Path, *, restic: str) -> None:
        self.repository = folder / "repository"
        self._restic = restic
        folder.mkdir()
        (folder / "password").write_text("measured")
        self.env = {
            "RESTIC_REPOSITORY": str(self.repository),
            "RESTIC_PASSWORD_FILE": str(folder / "password"),
            "RESTIC_CACHE_DIR": str(folder / "cache"),
            "RESTIC_PROGRESS_FPS": "1",
        }

    async def init(self) -> None:
        """Make the repository."""
        await self.run(["init"])

    async def run(self, argv: Sequence[str]) -> float:
        """Run restic to its end and give the seconds it took."""
        begun = time.perf_counter()
        ended = await process.run([self._restic, *argv], env=self.env)
        if ended.code != 0:
            raise RuntimeError(f"restic ended with {ended.code}: {' / '.join(ended.stderr_tail)}")
        return time.perf_counter() - begun
