"""Shows in Prefect how far a run is, and at its end what it did. Numbers only.

Owns the artifacts and how often they are written: each write costs Prefect's one writer some
twenty milliseconds. Never shows the files under way; those go to the control plane alone.
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

EVERY_S: Final = 3.0

_log = get_logger(__name__)


class ProgressArtifact:
    """The progress of one run as an artifact; made with the first figure that is shown.

    A failure costs a figure, never the run.
    """

    def __init__(self) -> None:
        self._id: UUID | None = None
        self._next_at = clock.monotonic() + EVERY_S
        self._is_broken = False

    async def update(self, share: float) -> None:
        """Show a share from 0 to 1, unless the last one is younger than three seconds."""
        if self._is_broken or clock.monotonic() < self._next_at:
            return
        self._next_at = clock.monotonic() + EVERY_S
        await self._write(min(max(share, 0.0), 1.0) * 100)

    async def complete(self) -> None:
        """Show the end, if anything was shown at all."""
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
            _log.debug("progress is not shown in Prefect", error=type(error).__name__)


async def save_summary(key: str, title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Leave a table of figures with the run."""
    lines = [f"### {title}", "", "| | |", "|---|---|", *(f"| {name} | {x} |" for name, x in rows)]
    try:
        await acreate_markdown_artifact("\n".join(lines), key=key, description=title)
    except Exception as error:
        _log.debug("a summary is not shown in Prefect", error=type(error).__name__)
