"""A wrapper of restic that records time and arguments, then executes restic.

Owns the wrapper that RESTIC_COMMAND names; the platform measured knows nothing of it.
"""

from dataclasses import dataclass
from pathlib import Path

# `exec` keeps the process id, so signals and limits of the platform reach restic itself.
_WRAPPER = """#!/bin/sh
{{ printf '%s\\037' "$(date +%s%N)" "$@"; echo; }} >> '{log}'
exec '{restic}' "$@"
"""
_ITS_OWN = frozenset(
    {"--files-from", "--files-from-raw", "--exclude-file", "--password-file", "--repository-file"}
    | {"--repo", "-r"}
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of restic: its time in nanoseconds since the epoch, and its arguments."""

    at_ns: int
    argv: tuple[str, ...]

    @property
    def is_backup(self) -> bool:
        """True for `restic backup`, wherever the command stands among the options."""
        return "backup" in self.argv


class Spy:
    """The wrapper and the calls that it recorded."""

    def __init__(self, folder: Path, *, restic: str) -> None:
        self.program = folder / "restic"
        self._log = folder / "calls"
        self.program.write_text(_WRAPPER.format(log=self._log, restic=restic))
        self.program.chmod(0o755)

    def backups(self) -> list[Call]:
        """Every backup that was started, oldest first."""
        if not self._log.exists():
            return []
        lines = self._log.read_text().splitlines()
        calls = [line.rstrip("\x1f").split("\x1f") for line in lines]
        return [call for at, *argv in calls if (call := Call(int(at), tuple(argv))).is_backup]


def same_flags(call: Call) -> list[str]:
    """Return the arguments of a call without its repository and private files."""
    argv: list[str] = []
    rest = iter(call.argv)
    for argument in rest:
        if argument in _ITS_OWN:
            next(rest)
        elif argument.split("=")[0] not in _ITS_OWN:
            argv.append(argument)
    return argv
