"""Entry point of a worker: `python -m zerobyte.processes.worker_main`, or `zerobyte worker`.

It locks the host's queue and sets Prefect's environment variables before Prefect is imported.
"""

import os
import sys
from pathlib import Path
from typing import IO

from zerobyte.core import early_interrupt, private_files
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.lockfile import AlreadyLocked, lock
from zerobyte.core.log import configure, get_logger
from zerobyte.core.process import setup
from zerobyte.processes import child_env
from zerobyte.processes.worker_settings import WorkerSettings

_log = get_logger(__name__)


class WorkerAlreadyRunning(ZerobyteError):
    """Another worker holds this queue on this host."""


def lock_queue(run_dir: Path, host: str) -> IO[str]:
    """Lock the queue of a host until the returned file is closed.

    Raises
        WorkerAlreadyRunning    two workers would each end the other's runs.
    """
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return lock(run_dir / f"worker-{host.replace('/', '_')}.lock")
    except AlreadyLocked as held:
        raise WorkerAlreadyRunning(
            f"A worker for the host {host} is already running here (process {held.holder}). "
            "Stop it first, or start this one with its own ZEROBYTE_RUN_DIR and token."
        ) from None


def main() -> int:
    """Run a worker until SIGTERM. Returns 0 after a stop in order, 2 if it cannot start."""
    private_files.set_private_umask()
    setup.raise_open_file_limit()
    early_interrupt.install()
    try:
        settings = WorkerSettings.load(os.environ)
        configure(settings.log_level)
        with lock_queue(settings.run_dir, settings.host):
            os.environ.update(
                child_env.prefect_client(
                    home=settings.run_dir / "prefect-worker",
                    url=settings.prefect_url,
                    auth=settings.prefect_auth,
                )
            )
            from zerobyte.processes import worker  # noqa: PLC0415 - Prefect reads the environment when it is imported

            worker.run_worker(settings)
    except ZerobyteError as error:
        _log.error(error.message)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
