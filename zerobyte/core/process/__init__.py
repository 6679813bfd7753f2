"""Child processes: how they start, how their output is read, how they end."""

from zerobyte.core.process.proc import (
    Identity,
    boot_id,
    has_children,
    identity,
    is_alive,
    pid_namespace_id,
    program_of,
)
from zerobyte.core.process.run import Exit, Lines, environment, run
from zerobyte.core.process.secret_files import SecretFolder, secret_files, sweep_secret_files

__all__ = [
    "Exit",
    "Identity",
    "Lines",
    "SecretFolder",
    "boot_id",
    "environment",
    "has_children",
    "identity",
    "is_alive",
    "pid_namespace_id",
    "program_of",
    "run",
    "secret_files",
    "sweep_secret_files",
]
