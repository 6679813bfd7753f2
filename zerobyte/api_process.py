"""The API process: settings, the lock of the active process, and exit codes.

If the API cannot start, it prints one sentence on standard error and exits with code 1.
"""

import errno
import logging
import os
import sys
from collections.abc import Callable
from typing import Final, NoReturn

from zerobyte.core import early_interrupt, log, private_files
from zerobyte.core.errors import Unavailable, ZerobyteError
from zerobyte.core.process import setup
from zerobyte.db import errors as db_errors
from zerobyte.db.active_lock import ActiveLock
from zerobyte.http.app_type import HttpApp
from zerobyte.http.connections import LimitedProtocol
from zerobyte.settings import Settings

_log = log.get_logger(__name__)

CANNOT_START: Final = 1
CRASHED: Final = 70
"""EX_SOFTWARE: an unknown failure; a supervisor restarts the process."""

LOCK_LOST: Final = 75
"""EX_TEMPFAIL: a supervisor restarts the process, which then waits in standby."""


def run(create_app: Callable[[Settings], HttpApp]) -> None:
    """Serve the API until SIGTERM or SIGINT.

    Raises SystemExit if the API cannot start.
    """
    private_files.set_private_umask()
    setup.raise_open_file_limit()
    early_interrupt.install()
    try:
        settings = Settings.load(os.environ)
        log.configure(settings.log_level)
        for folder in (settings.data_dir / "data", settings.run_dir, settings.repositories_dir):
            folder.mkdir(parents=True, exist_ok=True)
        # Lock before any access to the database: only the active process may migrate it.
        lock = ActiveLock(
            settings.database_url, wait_s=settings.database_wait_s, on_lost=_stop_at_once
        )
        lock.acquire()
        _serve(create_app(settings), settings)
    except (ZerobyteError, OSError) as error:
        _exit_with(error)
    except Exception as error:
        if db_errors.translated(error) is None:
            _log.error("the API crashed", exc_info=error)
            raise SystemExit(CRASHED) from None
        _exit_with(error)


def _serve(app: HttpApp, settings: Settings) -> None:
    # Sanic logs a traceback of a failed start; the sentence on standard error replaces it.
    logging.getLogger("sanic.error").addFilter(_is_no_start_failure)
    setup.freeze_loaded_objects()
    try:
        app.run(
            host=settings.host,
            port=settings.port,
            single_process=True,
            protocol=LimitedProtocol,
            motd=False,
            access_log=False,
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Unavailable(
            f"Port {settings.port} is in use by another program. Set PORT to a free port."
        ) from None


def _is_no_start_failure(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Experienced exception while trying to serve")


def sentence_of(error: BaseException) -> str:
    """Return one sentence about why a process cannot start."""
    known = error if isinstance(error, ZerobyteError) else db_errors.translated(error)
    if known is not None:
        return known.message
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'The API'}: {error.strerror}"
    return str(error) or type(error).__name__


def _exit_with(error: BaseException) -> NoReturn:
    sys.stderr.write(f"{sentence_of(error)}\n")
    raise SystemExit(CANNOT_START) from None


def _stop_at_once() -> None:
    """Exit without clean-up: another process may already be active."""
    sys.stderr.flush()
    sys.stdout.flush()
    os._exit(LOCK_LOST)
