"""Texts into values: how one environment variable is read. Each raises ValueError with a reason.

Knows no variable by name. A reason completes the sentence "NAME …".
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
    """Any text without control characters."""
    if not value.isprintable():
        raise ValueError("must not contain control characters")
    return value


def boolean(value: str) -> bool:
    """true, 1, yes, false, 0 or no, in any case."""
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ValueError("must be true or false (or 1, 0, yes, no)")


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number between two bounds, both included."""

    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return read


port = whole(1, 65535)
count = whole(1, 1024)
seconds = whole(1, 86_400)


def memory(value: str) -> tuple[tuple[str, int], ...]:
    """Bytes, and other bytes for kinds of restic's commands: `536870912,forget=1073741824`.

    Pairs of kind and bytes; the kind of what holds for every other command is empty.
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
    """What `memory` reads as these limits."""
    return ",".join(f"{kind}={size}" if kind else str(size) for kind, size in limits)


def rate(value: str) -> float:
    """A positive number of times per second, at most 60."""
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 60:
        raise ValueError("must be a number above 0 and at most 60")
    return number


def path(value: str) -> Path:
    """An absolute path; `~` stands for the home directory."""
    return Path(value).expanduser().absolute()


def folders(value: str) -> tuple[str, ...]:
    """Absolute folders, separated by commas."""
    found = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    if not all(part.startswith("/") for part in found):
        raise ValueError("must be a comma list of absolute folders, such as /srv,/home")
    return tuple(os.path.normpath("/" + part.lstrip("/")) for part in found)


def zone(value: str) -> str:
    """The name of an IANA time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
    return value


def level(value: str) -> str:
    """A log level, in any case."""
    if value.lower() not in LEVELS:
        raise ValueError(f"must be one of {', '.join(LEVELS)}")
    return value.lower()


def url(value: str) -> str:
    """An http or https address without credentials, query and trailing slash."""
    found = urls.parse(value)
    if found.query or found.fragment:
        raise ValueError("must not have a query or a fragment")
    return f"{found.origin}{found.path.rstrip('/')}"


def root_url(value: str) -> str:
    """An http or https address of a whole host: without a path as well."""
    found = url(value)
    if found != urls.origin(value):
        raise ValueError(
            "must not have a path: the API, its cookies and its links need the root of a host, "
            f"as {urls.origin(value)}"
        )
    return found


def words(value: str) -> tuple[str, ...]:
    """Words between commas, each once, in their order."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, value.split(",")))))


def origins(value: str) -> tuple[str, ...]:
    """Origins between commas, each once, in their order."""
    parts = (part.strip().strip("\"'") for part in value.split(","))
    return tuple(dict.fromkeys(urls.origin(part) for part in parts if part))


def readable_origins(value: str) -> tuple[str, ...]:
    """As `origins`, without those that cannot be read: they are warned of, and nothing else."""
    kept: list[str] = []
    for part in value.split(","):
        try:
            kept += origins(part)
        except ValueError as error:
            _log.warning("an origin is ignored", origin=part.strip(), reason=f"It {error}")
    return tuple(dict.fromkeys(kept))


def database(value: str) -> str:
    """A database's address: a path, or a URL of SQLite or PostgreSQL."""
    scheme = value.partition("://")[0] if "://" in value else ""
    if not scheme:
        return str(path(value))
    if scheme not in _DATABASES:
        raise ValueError("must be a path, sqlite:///path or postgres://…")
    return value


def hostname(value: str) -> str:
    """A hostname; `auto` looks for the one that this container was given."""
    return _own_hostname() if value == "auto" else text(value)


def _own_hostname() -> str:
    """The hostname that a container was given on purpose, else a fixed word.

    A container that got none is called after its id, which changes with each new container.
    """
    try:
        mounts = Path("/proc/self/mountinfo").read_text()
    except OSError:
        return "zerobyte"
    line = next((x for x in mounts.splitlines() if x.split()[4:5] == ["/etc/hostname"]), "")
    name = socket.gethostname()
    return name if line and f"/{name}" not in line else "zerobyte"
