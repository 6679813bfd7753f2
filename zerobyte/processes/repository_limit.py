"""Limit how many backups of one repository a worker takes from Prefect's queue.

A backup beyond the limit stays on the queue, in its order, so that the worker takes runs of other
repositories. The repository of a run is a tag of its deployment.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from prefect.client.schemas.objects import FlowRun

from flows.worker_context import RunControl
from zerobyte.core.log import get_logger
from zerobyte.processes.run_order import is_backup

_TAG: Final = "repository:"
_WAITING: Final = 10
"""Runs of one repository that may wait for a lease here; each holds memory and repeats a claim."""

_log = get_logger(__name__)


class RepositoryLimit:
    """Counts the backups that a worker has taken, by repository."""

    def __init__(
        self,
        limit: int | None,
        *,
        controls: Mapping[str, RunControl],
        read_run: Callable[[UUID], Awaitable[FlowRun]],
    ) -> None:
        """`limit` is the number of working backups of one repository; None means no limit."""
        self._limit = limit
        self._controls = controls
        self._read_run = read_run
        self._taken: dict[UUID, str | None] = {}
        self._held_back: set[str] = set()

    @property
    def has_held_back(self) -> bool:
        """Return True if a backup on the queue waits for the end of one of its repository."""
        return bool(self._held_back)

    def add(self, run: FlowRun) -> None:
        """Count a run that the worker takes."""
        if is_backup(run):
            self._taken[run.id] = _repository(run)

    def remove(self, run_id: UUID) -> None:
        """Stop counting a run that has ended or was not taken."""
        self._taken.pop(run_id, None)

    def choose(self, runs: Sequence[FlowRun]) -> list[FlowRun]:
        """Return the runs of the queue that may start, in their order."""
        if self._limit is None:
            return list(runs)
        taken, working = self._counts()
        chosen: list[FlowRun] = []
        self._held_back = set()
        for run in runs:
            repository = _repository(run) if is_backup(run) else None
            if repository is not None:
                if not self._is_free(repository, taken, working):
                    self._held_back.add(repository)
                    continue
                taken[repository] += 1
                working[repository] += 1
            chosen.append(run)
        return chosen

    async def has_room(self, run: FlowRun) -> bool:
        """Return True if a run outside the queue may start before those on the queue.

        Asks Prefect for the run's tags only if the limit could be reached.
        """
        if self._limit is None or not is_backup(run):
            return True
        if len(self._taken) < self._limit and not self._held_back:
            return True
        repository = await self._read_repository(run.id)
        await self.find_unknown()
        if repository is None:
            return True
        if repository in self._held_back or not self._is_free(repository, *self._counts()):
            self._held_back.add(repository)
            return False
        return True

    def _is_free(
        self, repository: str, taken: Mapping[str, int], working: Mapping[str, int]
    ) -> bool:
        limit = self._limit or 0
        return working[repository] < limit and taken[repository] < limit + _WAITING

    def _counts(self) -> tuple[Counter[str], Counter[str]]:
        """Return how many runs of each repository were taken, and how many of them do not wait."""
        taken: Counter[str] = Counter()
        working: Counter[str] = Counter()
        for run_id, repository in self._taken.items():
            if repository is not None:
                control = self._controls.get(str(run_id))
                taken[repository] += 1
                working[repository] += control is None or not control.is_waiting
        return taken, working

    async def find_unknown(self) -> None:
        """Ask Prefect for the repositories of announced runs; call it before `choose`."""
        if self._limit is None:
            return
        for run_id in [known for known, repository in self._taken.items() if repository is None]:
            repository = await self._read_repository(run_id)
            if run_id in self._taken:
                self._taken[run_id] = repository

    async def _read_repository(self, run_id: UUID) -> str | None:
        try:
            return _repository(await self._read_run(run_id))
        except Exception as error:
            # Without Prefect the run counts for no repository: a limit must not stop backups.
            _log.debug("repository of a run not found", error=type(error).__name__)
            return None


def _repository(run: FlowRun) -> str | None:
    return next((tag for tag in run.tags if tag.startswith(_TAG)), None)
