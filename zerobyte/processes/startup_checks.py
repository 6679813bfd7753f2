"""What must be ours before anything starts: the data folder and the ports.

Owns the sentences that say who holds them instead. Starts nothing.
"""

import contextlib
import errno
import os
import socket
from pathlib import Path
from typing import IO, Final

from zerobyte.core import ids, worker_tokens
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.lockfile import AlreadyLocked, hold
from zerobyte.settings import Settings

_START_BYTES: Final = 1024 * 1024
"""The databases with their logs, the worker's token and the locks take about this at a start."""


class ResourceInUse(ZerobyteError):
    """Somebody else holds what we need."""


def lock_data_dir(data_dir: Path) -> IO[str]:
    """Lock the data folder as long as the answer stays open.

    Raises
        Occupied    another `zerobyte serve` uses it, or it cannot be written.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return hold(data_dir / "serve.lock")
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
    """Look whether our ports are free.

    Raises
        Occupied    one is not; the sentence names the port and the variable that moves it.
    """
    if settings.prefect_api_url is None and settings.port == settings.prefect_port:
        raise ResourceInUse(
            f"PORT and PREFECT_PORT are both {settings.port}. Set one of them to another port."
        )
    _check_port(settings.host, settings.port, "PORT")
    if settings.prefect_api_url is None:
        _check_port("127.0.0.1", settings.prefect_port, "PREFECT_PORT")


def check_disk_space(data_dir: Path) -> None:
    """Write as much as a start needs, and remove it.

    Raises
        Occupied    the disk has no room for it: the database and Prefect could not start.
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
        # A port that we ourselves left a moment ago is free for us.
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
    """Write a new token for a host's worker to a file that only we can read, and name it.

    The API beside it accepts the token that it finds in this file when it starts.
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
