"""Filters of Prefect's loggers in our processes.

Lines for Prefect's log store are redacted (T34), because Prefect logs exceptions, which may contain
a path or a program's output. On the terminal Prefect is quiet: the worker logs itself. The server's
database errors are limited: hundreds of tracebacks a minute would fill another disk.
"""

import logging
import re
from typing import Final

from zerobyte.core import clock
from zerobyte.core.database_errors import BUSY, FULL, READ_ONLY, UNREADABLE
from zerobyte.core.redact import redact

_RUN_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")
_PATH: Final = re.compile(r"(?<![\w:/.])/(?:[^\s'\",;:()<>]+)")

_DATABASE_ERRORS: Final = (FULL, READ_ONLY, UNREADABLE, BUSY)
_REPEAT_AFTER_S: Final = 60.0


class RedactingFilter(logging.Filter):
    """Removes tracebacks, secrets and paths from log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record and keep it."""
        record.msg = scrub(record.getMessage())
        record.args = None
        record.exc_info = None
        record.exc_text = None
        record.stack_info = None
        return True


class DatabaseErrorFilter(logging.Filter):
    """Replaces database errors by one line per kind and minute."""

    def __init__(self) -> None:
        super().__init__()
        self._logged_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep other records unchanged; of database errors keep the first of each minute."""
        problem = _database_error(record)
        if problem is None:
            return True
        now = clock.monotonic()
        if now - self._logged_at.get(problem, -_REPEAT_AFTER_S) < _REPEAT_AFTER_S:
            return False
        self._logged_at[problem] = now
        record.msg, record.args = "The database of Prefect cannot work: %s", (problem,)
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _database_error(record: logging.LogRecord) -> str | None:
    """Return the database error in a record; None if it has none."""
    texts = [record.getMessage()]
    error = record.exc_info[1] if record.exc_info else None
    while error is not None and len(texts) < 20:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    known = (words.search(text) for text in texts for words in _DATABASE_ERRORS)
    found = next(filter(None, known), None)
    return None if found is None else found[0].lower()


def limit_database_errors() -> None:
    """Filter the loggers of Prefect's server; call it once, after they were created."""
    database_filter = DatabaseErrorFilter()
    for name in (None, "prefect", "uvicorn", "uvicorn.error", "fastapi"):
        for handler in logging.getLogger(name).handlers:
            handler.addFilter(database_filter)


def scrub(text: str) -> str:
    """Return a text without secrets and absolute paths."""
    return _PATH.sub("…", redact(text))


def _not_prefect(record: logging.LogRecord) -> bool:
    return not record.name.startswith("prefect") or record.levelno >= logging.CRITICAL


def configure_worker_logs() -> None:
    """Configure Prefect's loggers in a worker; call it once, after Prefect was imported."""
    for handler in (*logging.getLogger().handlers, *logging.getLogger("prefect").handlers):
        handler.addFilter(_not_prefect)
    # Failures of Prefect's log store are not worth a line: the worker logs itself.
    logging.raiseExceptions = False
    redacting_filter = RedactingFilter()
    for name in _RUN_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        for handler in logger.handlers:
            handler.addFilter(redacting_filter)
    logging.getLogger("prefect.workers").handlers.clear()
