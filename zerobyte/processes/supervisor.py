"""`zerobyte serve`: the Prefect server, the API and a worker, started together and ended in order.

Owns the three children: what each may know, when one is started again, and the order of the end
(worker, API, Prefect), so that a run can still hand its report in. Knows nothing of what they do,
and imports neither Prefect nor the web server: it stays when they come and go.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Final

from zerobyte.core import early_interrupt, first_account, private_files
from zerobyte.core.errors import ZerobyteError
from zerobyte.core.log import configure, get_logger
from zerobyte.core.process import setup
from zerobyte.processes import child_env, watchdog
from zerobyte.processes.startup_checks import (
    check_disk_space,
    check_ports,
    lock_data_dir,
    write_token_file,
)
from zerobyte.processes.supervised_process import SupervisedProcess
from zerobyte.processes.watchdog import Probe
from zerobyte.processes.worker_settings import INTERRUPT_S
from zerobyte.settings import Settings

LOCAL_HOST: Final = "local"
"""The host whose jobs the worker beside the API takes."""

_READY_EVERY_S: Final = 0.25
_READY_WITHIN_S: Final = 15.0
_SLOW_AFTER_S: Final = 60.0
_API_CANNOT_START: Final = 1
"""Exit code of an API that has written one sentence about what keeps it from starting."""

_WORKER_MAX_MISSED_PROBES: Final = 12
"""The API forgets a worker after 30 s without a word; a minute more, and it is started anew."""

_log = get_logger(__name__)


class Supervisor:
    """The three children of one installation."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        token_file = write_token_file(settings.run_dir, LOCAL_HOST)
        python = [sys.executable, "-m", "zerobyte.launch"]
        worker = SupervisedProcess(
            "worker",
            [*python, "zerobyte.processes.worker_main"],
            child_env.worker(settings, token_file=token_file),
            # Time for work to finish, then for restic to be interrupted, then for last words.
            grace_s=settings.drain_grace_s + INTERRUPT_S + 20,
        )
        api = SupervisedProcess(
            "api",
            [*python, "zerobyte.app"],
            child_env.api(environ),
            grace_s=10,
            final_codes=(_API_CANNOT_START,),
        )
        self._stop_order = [worker, api]
        if settings.prefect_api_url is None:
            private_files.repair_sqlite_modes(settings.data_dir / "prefect" / "prefect.db")
            prefect = SupervisedProcess(
                "prefect",
                [*python, "zerobyte.processes.prefect_server"],
                child_env.prefect_server(
                    home=settings.data_dir / "prefect",
                    port=settings.prefect_port,
                    auth=settings.prefect_auth,
                ),
                grace_s=8,
            )
            self._stop_order.append(prefect)
        self._probes: dict[str, Probe] = {
            "api": lambda: is_api_responding(settings),
            "prefect": lambda: _is_responding("127.0.0.1", settings.prefect_port, "/api/health"),
            "worker": lambda: _is_worker_registered(settings),
        }
        self._watchdogs: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._has_been_ready = False
        self._is_interrupted = False

    async def run(self) -> int:
        """Serve until a signal and return the exit code.

        0 when the end was in order, 1 when a child cannot start, 130 for Ctrl-C before that.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._request_stop, number)
        keepers = [
            asyncio.create_task(child.run(), name=child.name)
            for child in reversed(self._stop_order)
        ]
        announcing = asyncio.create_task(self._announce_ready())
        for child in self._stop_order:
            max_missed_probes = (
                _WORKER_MAX_MISSED_PROBES if child.name == "worker" else watchdog.MAX_MISSED_PROBES
            )
            watching = watchdog.watch(
                child, self._probes[child.name], max_missed_probes=max_missed_probes
            )
            self._watchdogs.append(asyncio.create_task(watching))
        stopping = asyncio.create_task(self._stopping.wait())
        given_up, _ = await asyncio.wait([*keepers, stopping], return_when=asyncio.FIRST_COMPLETED)
        announcing.cancel()
        for watching in self._watchdogs:
            watching.cancel()
        _log.info("stopping")
        for child in self._stop_order:
            await child.stop()
        stopping.cancel()
        await asyncio.gather(*keepers, announcing, *self._watchdogs, return_exceptions=True)
        _log.info("stopped")
        if self._is_interrupted:
            sys.stderr.write(early_interrupt.SENTENCE)
            return early_interrupt.EXIT_CODE
        return 0 if stopping in given_up else 1

    def _request_stop(self, number: int) -> None:
        """The first time in order and with patience; again means that nobody wants to wait."""
        if self._stopping.is_set():
            _log.info("stopping without waiting for running work")
            self._stop_order[0].signal(signal.SIGTERM)
        elif number == signal.SIGINT and not self._has_been_ready:
            self._is_interrupted = True
        self._stopping.set()

    async def _announce_ready(self) -> None:
        """Wait until everything works, then say where everything is."""
        waited_s, said = 0.0, False
        while not await _is_ready(self._settings):
            await asyncio.sleep(_READY_EVERY_S)
            waited_s += _READY_EVERY_S
            if waited_s > _SLOW_AFTER_S and not said:
                said = True
                _log.warning("not ready yet; see /api/readiness for what is missing")
        self._has_been_ready = True
        for child in self._stop_order:
            child.has_been_ready = True
        sys.stdout.write(startup_message(self._settings))
        if await _has_no_account(self._settings):
            sys.stdout.write(f"  WARNING   {_first_account_warning(self._settings)}\n\n")
        sys.stdout.flush()


def startup_message(settings: Settings) -> str:
    """A few lines for the person in front of the terminal."""
    prefect = (
        f"http://localhost:{settings.prefect_port}"
        if settings.prefect_api_url is None
        else settings.prefect_api_url.removesuffix("/api")
    )
    return (
        "\nZerobyte is ready.\n"
        f"  API       {settings.base_url}/api/v1   documentation: {settings.base_url}/api/v1/docs\n"
        f"  Prefect   {prefect}   its secret: zerobyte prefect-secret\n"
        f"  Data      {settings.data_dir}\n"
        "  Ctrl-C stops everything in order.\n\n"
    )


def _first_account_warning(settings: Settings) -> str:
    return first_account.warning(
        settings.host, settings.port, needs_token=bool(settings.setup_token)
    )


async def _has_no_account(settings: Settings) -> bool:
    """Return True if the API says that there is no account yet."""
    with contextlib.suppress(OSError, TimeoutError, ValueError):
        answer = await watchdog.get(_host(settings), settings.port, "/api/v1/auth/status")
        status = json.loads(answer.partition(b"\r\n\r\n")[2])
        return status == {"hasUsers": False}
    return False


def _host(settings: Settings) -> str:
    """Where the API is reached from this machine."""
    everywhere = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound
    return "127.0.0.1" if settings.host in everywhere else settings.host


async def _is_ready(settings: Settings) -> bool:
    """Whether the API says that all of its parts answer."""
    with contextlib.suppress(OSError, TimeoutError):
        answer = await watchdog.get(_host(settings), settings.port, "/api/readiness", timeout_s=5)
        return b" 200 " in answer.split(b"\r\n", 1)[0]
    return False


async def is_api_responding(settings: Settings, *, timeout_s: float = _READY_WITHIN_S) -> bool:
    """Whether the API says if it is ready, be it that it is not, and can still do its work.

    It gives up on whoever does not answer it; that a database or Prefect is silent is no reason
    to start the API again. That it has lost its own connections to the database it says itself.
    """
    answer = await watchdog.get(
        _host(settings), settings.port, "/api/readiness", timeout_s=timeout_s
    )
    return bool(answer) and "api" not in _reasons(answer)


async def _is_responding(host: str, port: int, path: str) -> bool:
    return bool(await watchdog.get(host, port, path))


async def _is_worker_registered(settings: Settings) -> bool:
    """Whether the API has heard of a worker; the API's own troubles are not held against it."""
    try:
        answer = await watchdog.get(_host(settings), settings.port, "/api/readiness")
    except (OSError, TimeoutError):
        return True
    return set(_reasons(answer)) != {"worker"}


def _reasons(answer: bytes) -> dict[str, str]:
    """Why the API is not ready, by what is missing."""
    try:
        reasons: dict[str, str] = json.loads(answer.partition(b"\r\n\r\n")[2])["reasons"]
    except (ValueError, KeyError, TypeError):
        return {}
    return reasons


def main() -> int:
    """Serve the whole platform in the foreground."""
    private_files.set_private_umask()
    setup.raise_open_file_limit()
    early_interrupt.install()
    try:
        settings = Settings.load(os.environ)
        configure(settings.log_level)
        with lock_data_dir(settings.data_dir):
            check_ports(settings)
            check_disk_space(settings.data_dir)
            return asyncio.run(_serve(settings))
    except ZerobyteError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1


async def _serve(settings: Settings) -> int:
    return await Supervisor(settings, os.environ).run()


if __name__ == "__main__":
    sys.exit(main())
