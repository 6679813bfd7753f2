"""`restic check`: check a repository for damage."""

import asyncio

from pydantic import Field

from zerobyte.contract.base import SnakeWire
from zerobyte.restic.errors import ResticError, as_message, from_exit
from zerobyte.restic.repository import Repository


class CheckReport(SnakeWire):
    """The result of a check; `errors` holds the first hundred messages."""

    num_errors: int = 0
    broken_packs: list[str] | None = None
    suggest_repair_index: bool = False
    suggest_prune: bool = False
    errors: list[str] = Field(default_factory=list)


_MOST_ERRORS = 100


def argv(repository: Repository) -> list[str]:
    """Return the command; it reads the structure, not the data."""
    return ["check", "--json", *repository.lock_flags]


async def run(repository: Repository, *, stop: asyncio.Event | None = None) -> CheckReport:
    """Check the repository's structure; damage is a result, not an exception.

    Raises
        ResticError     restic could not complete the check.
    """
    summary: list[CheckReport] = []
    errors: list[str] = []

    def on_line(line: bytes) -> None:
        message = as_message(line)
        if message is None:
            return
        if message.get("message_type") == "summary":
            summary.append(CheckReport.model_validate(message))
        elif message.get("message_type") == "error" and len(errors) < _MOST_ERRORS:
            errors.append(str(message.get("message", "")))

    with repository.session() as session:
        ended = await session.run(
            argv(repository), accept=(0, 1), on_line=on_line, on_stderr_line=on_line, stop=stop
        )
    if not summary:
        raise from_exit(ended) if ended.code else ResticError("Restic check gave no summary.")
    return summary[-1].model_copy(update={"errors": errors})
