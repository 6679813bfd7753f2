"""What Prefect's loggers of this process may say, and to whom.

Owns the guard in front of Prefect's log store (T34): a line of Prefect's own engine may repeat an
exception, and with it a path or what a program printed. On the terminal Prefect is quiet: the
worker says itself what happens.
"""

import logging
import re
from typing import Final

from zerobyte.core.redact import redact

_RUN_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs")
_PATH: Final = re.compile(r"(?<![\w:/.])/(?:[^\s'\",;:()<>]+)")


class Clean(logging.Filter):
    """Takes tracebacks, secrets and paths out of a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the line, cleaned."""
        record.msg = scrub(record.getMessage())
        record.args = None
        record.exc_info = None
        record.exc_text = None
        record.stack_info = None
        return True


def scrub(text: str) -> str:
    """A text without secrets and absolute paths."""
    return _PATH.sub("…", redact(text))


def _not_prefect(record: logging.LogRecord) -> bool:
    return not record.name.startswith("prefect") or record.levelno >= logging.CRITICAL


def keep_quiet_and_clean() -> None:
    """Set Prefect's loggers up; call it once, after Prefect was imported."""
    for handler in (*logging.getLogger().handlers, *logging.getLogger("prefect").handlers):
        handler.addFilter(_not_prefect)
    clean = Clean()
    for name in _RUN_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        for handler in logger.handlers:
            handler.addFilter(clean)
    logging.getLogger("prefect.workers").handlers.clear()
