"""What a backend gives to mount a share: the command, its secrets, and how the mount looks."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from zerobyte.contract.base import Config
from zerobyte.core import process
from zerobyte.mounts.errors import MountFailed

_FUSE_DEVICE: Final = Path("/dev/fuse")


@dataclass(frozen=True, slots=True)
class MountTools:
    """The settings of mounts on this host.

    run_dir             holds the secret files of mounts, and the folders of tests.
    rclone_config_dir   folder of the operator's rclone.conf.
    limit_s             time limit of one mount command.
    """

    run_dir: Path
    rclone_config_dir: Path | None = None
    limit_s: float = 60.0


@dataclass(frozen=True, slots=True)
class MountCommand:
    """One command that mounts a share and then exits.

    stderr_file     the command's stderr goes to this file, because a background program that it
                    leaves behind would keep a pipe open.
    secrets         values to redact in its messages.
    trial           a command to run first, which fails where the mount would show no error.
    keeps_files     a background program reads the secret files again when it reconnects.
    """

    argv: Sequence[str]
    stdin: bytes | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Sequence[str] = ()
    stderr_file: Path | None = None
    trial: Sequence[str] = ()
    keeps_files: bool = False


def label(config: Config, host: str) -> str:
    """Return the source that the mount table shows for a FUSE mount.

    It holds a digest of all settings but the secrets, so that a mount with other settings is
    recognised. Fields at their default are left out: a later version may add some.
    """
    fields: dict[str, Any] = config.model_dump(
        exclude=set(config.secret_fields()), exclude_defaults=True, exclude_none=True
    )
    text = json.dumps(fields, sort_keys=True)
    digest = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
    return f"{fields['backend']}:{host}:{digest}"


def require_program(name: str, package: str) -> None:
    """Raise MountFailed if a program is not installed on this host."""
    if process.find_program(name) is None:
        raise MountFailed(f"{name} is not installed on this host. Install the package {package}")


def require_fuse() -> None:
    """Raise MountFailed if this host cannot mount with FUSE."""
    if not _FUSE_DEVICE.exists():
        raise MountFailed(
            "This host has no /dev/fuse. Load the kernel module fuse, or give the container the "
            "device /dev/fuse and the capability SYS_ADMIN"
        )


def on_one_line(secret: str, name: str) -> str:
    """Return a secret that a file holds on one line. Raises MountFailed if it has several."""
    if "\n" in secret or "\r" in secret:
        raise MountFailed(f"The {name} must be a single line")
    return secret
