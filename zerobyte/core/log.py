"""Logging to stderr: one readable line per event, with secrets redacted.

The service manager stores the lines. It uses the standard library alone, because every process
imports it: the supervisor runs for months and should stay small.
"""

import logging
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Final, Literal, cast

from zerobyte.core import clock
from zerobyte.core.redact import redact

Level = Literal["debug", "info", "warn", "error"]
LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
_NUMBERS: Final = {**LEVELS, "warning": logging.WARNING}
_COLOURS: Final = {"debug": "90", "info": "36", "warning": "33", "error": "31"}


class Logger:
    """Writes events of one module; facts are keywords, `exc_info` adds a traceback."""

    def __init__(self, name: str) -> None:
        self._name = name

    def debug(self, event: str, **facts: object) -> None:
        """Log a detail that only matters while searching for a fault."""
        self._write("debug", event, facts)

    def info(self, event: str, **facts: object) -> None:
        """Log a normal event."""
        self._write("info", event, facts)

    def warning(self, event: str, **facts: object) -> None:
        """Log an event that may need attention."""
        self._write("warning", event, facts)

    def error(self, event: str, **facts: object) -> None:
        """Log a failure."""
        self._write("error", event, facts)

    def exception(self, event: str, **facts: object) -> None:
        """Log a failure with the traceback of the handled exception."""
        self._write("error", event, {"exc_info": True, **facts})

    def _write(self, level: str, event: str, facts: dict[str, object]) -> None:
        if _NUMBERS[level] >= _settings.level:
            # The current `sys.stderr`, so that tests that replace it capture the lines.
            sys.stderr.write(_line(level, self._name, event, facts) + "\n")
            sys.stderr.flush()


class _Settings:
    """The log level and colours of this process."""

    level: int = logging.INFO
    colour: bool = False


_settings = _Settings()


def get_logger(name: str) -> Logger:
    """Return the logger of a module; log short sentences with facts as keywords."""
    return Logger(name)


def configure(level: str = "info", *, colour: bool | None = None) -> None:
    """Set the log level and the colours of this process.

    level       debug, info, warn or error.
    colour      None follows NO_COLOR, FORCE_COLOR and whether stderr is a terminal.
    """
    _settings.level = LEVELS[level]
    _settings.colour = _wants_colour() if colour is None else colour


def _line(level: str, module: str, event: str, facts: dict[str, object]) -> str:
    """Return `time level module: event key=value …`; a traceback follows, indented."""
    trace = _trace_of(facts.pop("exc_info", None))
    shown_facts = "".join(f" {name}={_short(value)}" for name, value in facts.items())
    shown = f"\x1b[{_COLOURS[level]}m{level:<7}\x1b[0m" if _settings.colour else level
    text = _printable(f"{module}: {event}{shown_facts}")
    return redact(f"{clock.iso(clock.now_ms())} {shown} {text}{trace}")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return repr(text) if not text or any(mark in text for mark in " \n=") else text


def _printable(text: str) -> str:
    """Escape line breaks, which forge lines, and other characters that control a terminal."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def _trace_of(exc_info: object) -> str:
    if exc_info is True:
        exc_info = sys.exc_info()[1]
    elif isinstance(exc_info, tuple):
        exc_info = cast("tuple[object, ...]", exc_info)[1]
    if not isinstance(exc_info, BaseException):
        return ""
    text = "".join(traceback.format_exception(exc_info)).rstrip()
    return "\n" + "\n".join(f"    {_printable(line)}" for line in text.splitlines())


def _wants_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stderr.isatty()


configure()
