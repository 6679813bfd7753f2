"""Child processes: how they start, how their output is read, how they end."""

from zerobyte.core.process.daemons import end_daemons
from zerobyte.core.process.proc import (
    Identity,
    boot_id,
    has_children,
    identity,
    is_alive,
    pid_namespace_id,
    program_of,
)
from zerobyte.core.process.run import Exit, Lines, environment, find_program, run
from zerobyte.core.process.secret_files import (
    SecretFolder,
    kept_secret_files,
    remove_kept_secret_files,
    secret_files,
    sweep_secret_files,
)

__all__ = [
    "Exit",
    "Identity",
    "Lines",
    "SecretFolder",
    "boot_id",
    "end_daemons",
    "environment",
    "find_program",
    "has_children",
    "identity",
    "is_alive",
    "kept_secret_files",
    "pid_namespace_id",
    "program_of",
    "remove_kept_secret_files",
    "run",
    "secret_files",
    "sweep_secret_files",
]
