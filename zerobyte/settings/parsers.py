"""Parsers of environment variables.

Each raises ValueError with a message that completes the sentence "NAME …".
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from zerobyte.core import urls
from zerobyte.core.log import LEVELS, get_logger

_log = get_logger(__name__)

_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no"})
_DATABASES: Final = ("sqlite", "postgres", "postgresql")
_MEMORY_KINDS: Final = ("backup", "forget", "check", "restore")
# With less, Go collects garbage all the time and restic hardly moves.
_LEAST_MEMORY: Final = 64 * 1024 * 1024


def text(value: str) -> str:
    """Accept any text without control characters."""
    if not value.isprintable():
        raise ValueError("must not contain control characters")
    return value


def boolean(value: str) -> bool:
    """Parse true, 1, yes, false, 0 or no, in any case."""
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ValueError("must be true or false (or 1, 0, yes, no)")


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers between two bounds, both included."""

    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return read


port = whole(1, 65535)
count = whole(1, 1024)
seconds = whole(1, 86_400)


def simultaneous_runs(value: str) -> int:
    """Parse a number of runs; `auto` is the number of processors of this host, at least 4."""
    return max(os.cpu_count() or 1, 4) if value == "auto" else count(value)


def repository_runs(value: str) -> int | None:
    """Parse a number of runs; `auto` is None and follows the number of runs of the worker."""
    return None if value == "auto" else count(value)


def memory(value: str) -> tuple[tuple[str, int], ...]:
    """Parse memory limits in bytes, such as `536870912,forget=1073741824`.

    Returns pairs of restic command and bytes; an empty command means all other commands.
    """
    limits: dict[str, int] = {}
    for part in filter(None, map(str.strip, value.split(","))):
        named, has_kind, size = (piece.strip() for piece in part.rpartition("="))
        if named in limits or (has_kind and named not in _MEMORY_KINDS):
            kinds = ", ".join(_MEMORY_KINDS)
            raise ValueError(f"must name bytes once, and once at most for each of {kinds}")
        if not (size.isascii() and size.isdigit() and _LEAST_MEMORY <= int(size) <= 2**50):
            raise ValueError(
                f"must be whole numbers of bytes, at least {_LEAST_MEMORY}, "
                "such as 536870912,forget=1073741824"
            )
        limits[named] = int(size)
    return tuple(limits.items())


def memory_text(limits: tuple[tuple[str, int], ...]) -> str:
    """Return the text that `memory` parses to these limits."""
    return ",".join(f"{kind}={size}" if kind else str(size) for kind, size in limits)


def rate(value: str) -> float:
    """Parse a positive rate per second, at most 60."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 60:
        raise ValueError("must be a number above 0 and at most 60")
    return number


def path(value: str) -> Path:
    """Return an absolute path; `~` means the home directory."""
    return Path(value).expanduser().absolute()


def folders(value: str) -> tuple[str, ...]:
    """Parse absolute folders, separated by commas."""
    found = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if not all(part.startswith("/") for part in found):
        raise ValueError("must be a comma list of absolute folders, such as /srv,/home")
    return tuple(os.path.normpath("/" + part.lstrip("/")) for part in found)


def zone(value: str) -> str:
    """Accept the name of an IANA time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
    return value


def level(value: str) -> str:
    """Parse a log level, in any case."""
    if value.lower() not in LEVELS:
        raise ValueError(f"must be one of {', '.join(LEVELS)}")
    return value.lower()


def url(value: str) -> str:
    """Parse an http or https URL; refuses credentials and queries, drops a trailing slash."""
    found = urls.parse(value)
    if found.query or found.fragment:
        raise ValueError("must not have a query or a fragment")
    return f"{found.origin}{found.path.rstrip('/')}"


def root_url(value: str) -> str:
    """Parse an http or https URL without a path."""
    found = url(value)
    if found != urls.origin(value):
        raise ValueError(
            "must not have a path: the API, its cookies and its links need the root of a host, "
            f"as {urls.origin(value)}"
        )
    return found


def words(value: str) -> tuple[str, ...]:
    """Parse words separated by commas; duplicates are dropped."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, value.split(",")))))


def origins(value: str) -> tuple[str, ...]:
    """Parse origins separated by commas; duplicates are dropped."""
    parts = (part.strip().strip("\"'") for part in value.split(","))
    return tuple(dict.fromkeys(urls.origin(part) for part in parts if part))


def readable_origins(value: str) -> tuple[str, ...]:
    """Parse origins separated by commas; logs and ignores invalid ones."""
    found: list[str] = []
    for part in value.split(","):
        try:
            found += origins(part)
        except ValueError as error:
            _log.warning("an origin is ignored", origin=part.strip(), reason=f"It {error}")
    return tuple(dict.fromkeys(found))


def database(value: str) -> str:
    """Accept a database address: a path, or a URL of SQLite or PostgreSQL."""
    scheme = value.partition("://")[0] if "://" in value else ""
    if not scheme:
        return str(path(value))
    if scheme not in _DATABASES:
        raise ValueError("must be a path, sqlite:///path or postgres://…")
    return value


def hostname(value: str) -> str:
    """Accept a hostname; `auto` means the hostname set for this container."""
    return _own_hostname() if value == "auto" else text(value)


def _own_hostname() -> str:
    """Return the hostname set for this container, or else a fixed word.

    Without a set hostname, a container is named after its id, which changes with each new one.
    """
    try:
        mounts = Path("/proc/self/mountinfo").read_text()
    except OSError:
        return "zerobyte"
    line = next((x for x in mounts.splitlines() if x.split()[4:5] == ["/etc/hostname"]), "")
    name = socket.gethostname()
    return name if line and f"/{name}" not in line else "zerobyte"
