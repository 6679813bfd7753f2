"""Checks before the platform starts: data folder, ports, disk space; and the worker's token file.

Each error names the process or program that holds the resource.
"""

import contextlib
import errno
import os
import socket
from pathlib import Path
from typing import IO, Final

from zerobyte.core import ids, worker_tokens
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.lockfile import AlreadyLocked, lock
from zerobyte.settings import Settings

_START_BYTES: Final = 1024 * 1024
"""About the size that databases, logs, token and lock files need at a start."""


class ResourceInUse(ZerobyteError):
    """A folder, port or disk that the platform needs cannot be used."""


def lock_data_dir(data_dir: Path) -> IO[str]:
    """Lock the data folder until the returned file is closed.

    Raises
        ResourceInUse   another `zerobyte serve` uses the folder, or it cannot be written.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return lock(data_dir / "serve.lock")
    except OSError as error:
        raise ResourceInUse(
            f"The data folder {data_dir} cannot be written: {error.strerror}. "
            "Set ZEROBYTE_DATA_DIR to a folder of your own."
        ) from None
    except AlreadyLocked as held:
        raise ResourceInUse(
            f"Another Zerobyte (process {held.holder}) uses the data folder {data_dir}. "
            "Stop it first, or set ZEROBYTE_DATA_DIR."
        ) from None


def check_ports(settings: Settings) -> None:
    """Check that the ports are free.

    Raises
        ResourceInUse   a port is taken; the message names the port and its variable.
    """
    if settings.prefect_api_url is None and settings.port == settings.prefect_port:
        raise ResourceInUse(
            f"PORT and PREFECT_PORT are both {settings.port}. Set one of them to another port."
        )
    _check_port(settings.host, settings.port, "PORT")
    if settings.prefect_api_url is None:
        _check_port("127.0.0.1", settings.prefect_port, "PREFECT_PORT")


def check_disk_space(data_dir: Path) -> None:
    """Check the disk space: write a file of the size that a start needs, and remove it.

    Raises
        ResourceInUse   the disk is full: the database and Prefect could not start.
    """
    draft = data_dir / f".start-{ids.token(8)}"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(_START_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            reason = "The disk is full: free some space and start again"
        else:
            reason = f"{error.strerror}. Set ZEROBYTE_DATA_DIR to a folder of your own"
        raise ResourceInUse(f"The data folder {data_dir} cannot be written. {reason}.") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _check_port(host: str, port: int, variable: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # SO_REUSEADDR: a port that we released a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                reason = "is in use by another program"
            else:
                reason = f"cannot be used on {host}: {error.strerror}"
            raise ResourceInUse(f"Port {port} {reason}. Set {variable} to a free port.") from None


def write_token_file(run_dir: Path, host: str) -> Path:
    """Write a new worker token to a file that only we can read. Returns its path.

    The API reads this file at its start and accepts the token.
    """
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = run_dir / "worker-token"
    draft = path.with_name(".worker-token")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(worker_tokens.generate(host))
    draft.replace(path)
    return path
