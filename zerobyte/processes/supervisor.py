"""`zerobyte serve`: starts the Prefect server, the API and a worker, and stops them in order.

The stop order is worker, API, Prefect, so that a run can still submit its report. The supervisor
imports neither Prefect nor the web server, so that it stays small and survives their crashes.
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
"""Name of the host of the worker that runs beside the API."""

_READY_EVERY_S: Final = 0.25
_READY_WITHIN_S: Final = 15.0
_SLOW_AFTER_S: Final = 60.0
_API_CANNOT_START: Final = 1
"""Exit code of an API that has printed why it cannot start."""

_WORKER_PROBE_INTERVAL_S: Final = 15.0
_WORKER_MAX_MISSED_PROBES: Final = 4
"""The API drops a worker after 30 s without a heartbeat; a minute later it is restarted."""

_log = get_logger(__name__)


class Supervisor:
    """The child processes of one installation."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        token_file = write_token_file(settings.run_dir, LOCAL_HOST)
        python = [sys.executable, "-m", "zerobyte.launch"]
        worker = SupervisedProcess(
            "worker",
            [*python, "zerobyte.processes.worker_main"],
            child_env.worker(settings, token_file=token_file),
            # Time for jobs to finish, then to interrupt restic, then to submit the reports.
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
        """Serve until a signal. Returns the exit code.

        0 after a stop in order, 1 if a child cannot start, 130 for Ctrl-C before readiness.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._request_stop, number)
        runners = [
            asyncio.create_task(child.run(), name=child.name)
            for child in reversed(self._stop_order)
        ]
        announcing = asyncio.create_task(self._announce_ready())
        for child in self._stop_order:
            probe = self._probes[child.name]
            watching = (
                watchdog.watch(
                    child,
                    probe,
                    every_s=_WORKER_PROBE_INTERVAL_S,
                    max_missed_probes=_WORKER_MAX_MISSED_PROBES,
                )
                if child.name == "worker"
                else watchdog.watch(child, probe)
            )
            self._watchdogs.append(asyncio.create_task(watching))
        stopping = asyncio.create_task(self._stopping.wait())
        finished, _ = await asyncio.wait([*runners, stopping], return_when=asyncio.FIRST_COMPLETED)
        announcing.cancel()
        for watching in self._watchdogs:
            watching.cancel()
        _log.info("stopping")
        for child in self._stop_order:
            await child.stop()
        stopping.cancel()
        await asyncio.gather(*runners, announcing, *self._watchdogs, return_exceptions=True)
        _log.info("stopped")
        if self._is_interrupted:
            sys.stderr.write(early_interrupt.SENTENCE)
            return early_interrupt.EXIT_CODE
        return 0 if stopping in finished else 1

    def _request_stop(self, number: int) -> None:
        """First call: stop in order. Second call: interrupt running jobs at once."""
        if self._stopping.is_set():
            _log.info("stopping without waiting for running jobs")
            self._stop_order[0].signal(signal.SIGTERM)
        elif number == signal.SIGINT and not self._has_been_ready:
            self._is_interrupted = True
        self._stopping.set()

    async def _announce_ready(self) -> None:
        """Wait until the platform is ready, then print its addresses."""
        waited_s, is_logged = 0.0, False
        while not await _is_ready(self._settings):
            await asyncio.sleep(_READY_EVERY_S)
            waited_s += _READY_EVERY_S
            if waited_s > _SLOW_AFTER_S and not is_logged:
                is_logged = True
                _log.warning("not ready yet; see /api/readiness for what is missing")
        self._has_been_ready = True
        for child in self._stop_order:
            child.has_been_ready = True
        sys.stdout.write(startup_message(self._settings))
        if await _has_no_account(self._settings):
            sys.stdout.write(f"  WARNING   {_first_account_warning(self._settings)}\n\n")
        sys.stdout.flush()


def startup_message(settings: Settings) -> str:
    """Return the addresses and the data folder, for the terminal."""
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
    """Return the address of the API from this machine."""
    everywhere = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound
    return "127.0.0.1" if settings.host in everywhere else settings.host


async def _is_ready(settings: Settings) -> bool:
    """Return True if the API reports that it is ready."""
    with contextlib.suppress(OSError, TimeoutError):
        answer = await watchdog.get(_host(settings), settings.port, "/api/readiness", timeout_s=5)
        return b" 200 " in answer.split(b"\r\n", 1)[0]
    return False


async def is_api_responding(settings: Settings, *, timeout_s: float = _READY_WITHIN_S) -> bool:
    """Return True if the API reports its readiness and needs no restart.

    The API itself times out on a database or a Prefect that does not answer, which is no reason
    for a restart. It reports the reason `api` if it has lost its own database connections.
    """
    answer = await watchdog.get(
        _host(settings), settings.port, "/api/readiness", timeout_s=timeout_s
    )
    return bool(answer) and "api" not in _reasons(answer)


async def _is_responding(host: str, port: int, path: str) -> bool:
    return bool(await watchdog.get(host, port, path))


async def _is_worker_registered(settings: Settings) -> bool:
    """Return True unless a missing worker is the only reason that the API is not ready."""
    try:
        answer = await watchdog.get(_host(settings), settings.port, "/api/readiness")
    except (OSError, TimeoutError):
        return True
    return set(_reasons(answer)) != {"worker"}


def _reasons(answer: bytes) -> dict[str, str]:
    """Return why the API is not ready, by component."""
    try:
        reasons: dict[str, str] = json.loads(answer.partition(b"\r\n\r\n")[2])["reasons"]
    except (ValueError, KeyError, TypeError):
        return {}
    return reasons


def main() -> int:
    """Run the whole platform in the foreground."""
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
