"""What Prefect's loggers of our processes may say, and to whom.

Owns the guard in front of Prefect's log store (T34): a line of Prefect's own engine may repeat an
exception, and with it a path or what a program printed. On the terminal Prefect is quiet: the
worker says itself what happens. Prefect's server is quiet as well where its database cannot work:
it would say so with hundreds of traces a minute, and fill the next disk too.
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
    """Takes tracebacks, secrets and paths out of a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the line, cleaned."""
        record.msg = scrub(record.getMessage())
        record.args = None
        record.exc_info = None
        record.exc_text = None
        record.stack_info = None
        return True


class DatabaseErrorFilter(logging.Filter):
    """Says of a database that cannot work what it says itself, once a minute and on one line."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a line about anything else as it is; of the others the first of each minute."""
        trouble = _database_error(record)
        if trouble is None:
            return True
        now = clock.monotonic()
        if now - self._said.get(trouble, -_REPEAT_AFTER_S) < _REPEAT_AFTER_S:
            return False
        self._said[trouble] = now
        record.msg, record.args = "The database of Prefect cannot work: %s", (trouble,)
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _database_error(record: logging.LogRecord) -> str | None:
    """What the database said, if that is what a line is about."""
    texts = [record.getMessage()]
    error = record.exc_info[1] if record.exc_info else None
    while error is not None and len(texts) < 20:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    known = (words.search(text) for text in texts for words in _DATABASE_ERRORS)
    found = next(filter(None, known), None)
    return None if found is None else found[0].lower()


def limit_database_errors() -> None:
    """Set the loggers of Prefect's server up; call it once, after they were made."""
    brief = DatabaseErrorFilter()
    for name in (None, "prefect", "uvicorn", "uvicorn.error", "fastapi"):
        for handler in logging.getLogger(name).handlers:
            handler.addFilter(brief)


def scrub(text: str) -> str:
    """A text without secrets and absolute paths."""
    return _PATH.sub("…", redact(text))


def _not_prefect(record: logging.LogRecord) -> bool:
    return not record.name.startswith("prefect") or record.levelno >= logging.CRITICAL


def configure_worker_logs() -> None:
    """Set Prefect's loggers up; call it once, after Prefect was imported."""
    for handler in (*logging.getLogger().handlers, *logging.getLogger("prefect").handlers):
        handler.addFilter(_not_prefect)
    # What Prefect's log store does not take is no news: we say ourselves what happens.
    logging.raiseExceptions = False
    clean = RedactingFilter()
    for name in _RUN_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        for handler in logger.handlers:
            handler.addFilter(clean)
    logging.getLogger("prefect.workers").handlers.clear()
