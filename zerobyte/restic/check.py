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

    @property
    def needs_index_repair(self) -> bool:
        """Return True if the index is damaged, or lacks packs that the storage holds.

        restic suggests no repair if index files are lost: it then reports blobs that no index
        lists, and packs that nothing refers to (`suggest_prune`). A pack that the storage does not
        list may only be unreadable now, so the index keeps its entries.
        """
        if self.suggest_repair_index:
            return True
        is_index_incomplete = self.num_errors > 0 and self.suggest_prune and not self.broken_packs
        return is_index_incomplete and not any(_ABSENT_PACK in text for text in self.errors)


_ABSENT_PACK = "does not exist"
_MOST_ERRORS = 100


def argv(repository: Repository, *, read_data_subset: str | None = None) -> list[str]:
    """Return the command; without a subset it reads the structure, not the data."""
    read = [] if read_data_subset is None else [f"--read-data-subset={read_data_subset}"]
    return ["check", "--json", *read, *repository.lock_flags]


async def run(
    repository: Repository,
    *,
    read_data_subset: str | None = None,
    stop: asyncio.Event | None = None,
) -> CheckReport:
    """Check a repository; damage is a result, not an exception.

    read_data_subset    `n/t` or a percentage of the data to read; None reads the structure only.

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
            errors.append(str(message.get("message", "")).strip())

    with repository.session() as session:
        ended = await session.run(
            argv(repository, read_data_subset=read_data_subset),
            accept=(0, 1),
            on_line=on_line,
            on_stderr_line=on_line,
            stop=stop,
        )
    if not summary:
        raise from_exit(ended) if ended.code else ResticError("Restic check gave no summary.")
    return summary[-1].model_copy(update={"errors": errors})
