"""Artifacts in Prefect: the progress of a run and its final figures. Numbers only.

Writes are rare, because each takes Prefect's only database writer about 20 ms. File names are
never written here; they go only to the worker API.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from prefect.artifacts import (
    acreate_markdown_artifact,
    acreate_progress_artifact,
    aupdate_progress_artifact,
)

from zerobyte.core import clock
from zerobyte.core.log import get_logger

INTERVAL_S: Final = 3.0

_log = get_logger(__name__)


class ProgressArtifact:
    """The progress artifact of one run; the first update creates it.

    If a write fails, later updates do nothing; the run goes on.
    """

    def __init__(self) -> None:
        self._id: UUID | None = None
        self._next_at = clock.monotonic() + INTERVAL_S
        self._is_broken = False

    async def update(self, share: float) -> None:
        """Write a share from 0 to 1, at most once per interval."""
        if self._is_broken or clock.monotonic() < self._next_at:
            return
        self._next_at = clock.monotonic() + INTERVAL_S
        await self._write(min(max(share, 0.0), 1.0) * 100)

    async def complete(self) -> None:
        """Set the progress to 100 %, if the artifact exists."""
        if self._id is not None:
            await self._write(100.0)

    async def _write(self, percent: float) -> None:
        try:
            if self._id is None:
                self._id = await acreate_progress_artifact(percent, description="Progress")
            else:
                await aupdate_progress_artifact(self._id, percent)
        except Exception as error:
            self._is_broken = True
            _log.debug("progress could not be written to Prefect", error=type(error).__name__)


async def save_summary(key: str, title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Add a table of figures to the run."""
    lines = [f"### {title}", "", "| | |", "|---|---|", *(f"| {name} | {x} |" for name, x in rows)]
    try:
        await acreate_markdown_artifact("\n".join(lines), key=key, description=title)
    except Exception as error:
        _log.debug("a summary could not be written to Prefect", error=type(error).__name__)
