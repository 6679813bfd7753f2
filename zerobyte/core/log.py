"""Logging to stderr: one readable line per event, with secrets redacted.

The service manager stores the lines.
"""

import logging
import os
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Literal, cast

import structlog

from zerobyte.core import clock
from zerobyte.core.redact import redact

Level = Literal["debug", "info", "warn", "error"]
LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
_COLOURS: Final = {"debug": "90", "info": "36", "warning": "33", "error": "31", "critical": "31"}

Logger = structlog.stdlib.BoundLogger


def get_logger(name: str) -> Logger:
    """Return the logger of a module; log short sentences with facts as keywords."""
    return cast("Logger", structlog.get_logger(module=name))


def configure(level: str = "info", *, colour: bool | None = None) -> None:
    """Set the log level and the colours of this process.

    level       debug, info, warn or error.
    colour      None follows NO_COLOR, FORCE_COLOR and whether stderr is a terminal.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            _Line(colour=_wants_colour() if colour is None else colour),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=_ToStderr,
        cache_logger_on_first_use=False,
    )


class _ToStderr:
    """Writes to the current `sys.stderr`, so that tests that replace it capture the lines."""

    def __init__(self, *_: object) -> None:
        """Ignore the arguments that structlog passes to a logger factory."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = exception = log = msg


class _Line:
    """Renders `time level module: event key=value …`; a traceback follows, indented."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
        level = str(event.pop("level", "info"))
        module = str(event.pop("module", "zerobyte"))
        text = str(event.pop("event", ""))
        trace = _trace_of(event.pop("exc_info", None))
        facts = "".join(f" {name}={_short(value)}" for name, value in event.items())
        shown = f"\x1b[{_COLOURS.get(level, '0')}m{level:<7}\x1b[0m" if self._colour else level
        line = f"{clock.iso(clock.now_ms())} {shown} {module}: {text}{facts}"
        return redact(_on_one_line(line) + trace)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return repr(text) if not text or any(mark in text for mark in " \n=") else text


def _on_one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _trace_of(exc_info: object) -> str:
    if exc_info is True:
        exc_info = sys.exc_info()[1]
    elif isinstance(exc_info, tuple):
        exc_info = cast("tuple[object, ...]", exc_info)[1]
    if not isinstance(exc_info, BaseException):
        return ""
    text = "".join(traceback.format_exception(exc_info)).rstrip()
    return "\n" + "\n".join(f"    {line}" for line in text.splitlines())


def _wants_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stderr.isatty()


configure()
