"""`restic diff`: what changed between two snapshots."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError

from zerobyte.contract.restic_output import DiffStatistics
from zerobyte.restic import escaping
from zerobyte.restic.errors import ResticError, as_message
from zerobyte.restic.repository import Repository

_NO_STATISTICS: Final = "Restic compared the snapshots, but its answer cannot be read."


def argv(from_id: str, to_id: str) -> list[str]:
    """Return the command; it takes no lock."""
    named = [escaping.snapshot(from_id), escaping.snapshot(to_id)]
    return ["diff", "--json", "--no-lock", "--", *named]


async def run(
    repository: Repository,
    from_id: str,
    to_id: str,
    *,
    on_change: Callable[[str, str], None],
    stop: asyncio.Event | None = None,
) -> DiffStatistics:
    """Report each changed path in restic's order, and return the statistics.

    on_change   called with the path, which ends with a slash for a folder, and restic's letters:
                "+" added, "-" removed, "M" contents, "T" type, "?" contents at the same metadata.

    Raises
        SnapshotMissing     one of the snapshots does not exist.
        ResticError         any other failure, perhaps after some changes.
    """
    found: list[DiffStatistics] = []

    def on_line(line: bytes) -> None:
        message: dict[str, Any] = as_message(line) or {}
        if message.get("message_type") == "change":
            on_change(str(message.get("path")), str(message.get("modifier")))
        elif message.get("message_type") == "statistics":
            try:
                found.append(DiffStatistics.model_validate(message))
            except ValidationError as error:
                raise ResticError(_NO_STATISTICS, exit_code=0) from error

    with repository.session() as session:
        await session.run(argv(from_id, to_id), on_line=on_line, stop=stop)
    if not found:
        raise ResticError(_NO_STATISTICS, exit_code=0)
    return found[0]
