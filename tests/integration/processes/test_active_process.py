"""Two API processes on one database: one is active, the other waits and takes over."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.served import PROGRAM, is_open
from tests.support.postgres_proxy import line_to
from tests.support.waiting import until_sync
from zerobyte.api_process import LOCK_LOST
from zerobyte.demo.ports import free_ports

COMMAND = [PROGRAM, "api"]
STANDBY = "waiting in standby"
TAKES_OVER_WITHIN_S = 10


class Api:
    """One API process with a data folder of its own."""

    def __init__(self, folder: Path, database: str, **environ: str) -> None:
        folder.mkdir(exist_ok=True)
        [self.port] = free_ports(1)
        self.log = folder / "api.log"
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ZEROBYTE_DATA_DIR": str(folder / "data"),
            "ZEROBYTE_DATABASE_URL": database,
            "APP_SECRET": "test-secret-" + "0" * 32,
            "SERVER_IP": "127.0.0.1",
            "PORT": str(self.port),
            "PREFECT_API_URL": "http://127.0.0.1:9/api",
            **environ,
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                COMMAND, env=env, stdout=output, stderr=subprocess.STDOUT
            )

    def has_logged(self, words: str) -> bool:
        return words in self.log.read_text()

    def is_healthy(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(httpx.TransportError):
            url = f"http://127.0.0.1:{self.port}/api/healthcheck"
            return httpx.get(url, timeout=5, trust_env=False).is_success
        return False

    def await_health(self) -> None:
        until_sync(self.is_healthy, limit_s=180, what="the API answers")

    def await_standby(self) -> None:
        def is_waiting() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return self.has_logged(STANDBY)

        until_sync(is_waiting, limit_s=180, what="the API waits")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Api]]:
    started: list[Api] = []

    def start_one(name: str, database: str, **environ: str) -> Api:
        started.append(Api(tmp_path / name, database, **environ))
        return started[-1]

    yield start_one
    for api in started:
        api.process.kill()
        api.process.wait()


def test_the_second_api_waits_and_takes_over_after_a_kill(start, database_url):
    first = start("first", database_url)
    first.await_health()
    second = start("second", database_url)
    second.await_standby()
    assert not is_open(second.port)
    assert first.is_healthy()
    first.process.kill()
    first.process.wait()
    killed_at = time.monotonic()
    until_sync(
        lambda: is_open(second.port), limit_s=3 * TAKES_OVER_WITHIN_S, what="the second takes over"
    )
    assert second.is_healthy()
    took_s = time.monotonic() - killed_at
    text = second.log.read_text()
    assert text.count(STANDBY) == 1
    assert text.count("this one becomes active") == 1
    assert "Traceback" not in text
    print(f"took over within {took_s:.1f} s")


def test_standby_api_ends_at_once_on_sigterm(start, database_url):
    first = start("first", database_url)
    first.await_health()
    for number, code in ((signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)):
        second = start(f"second-{number.name}", database_url)
        second.await_standby()
        second.process.send_signal(number)
        assert second.process.wait(30) == code, second.log.read_text()
        assert not second.has_logged("Traceback"), second.log.read_text()
    assert first.is_healthy()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_api_stops_when_its_lock_connection_closes(start, database_url, postgres: Any):
    api = start("first", database_url)
    api.await_health()
    ended = postgres.psql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE application_name = 'zerobyte active lock' AND datname = '{_name(database_url)}';"
    )
    assert "1" in ended
    assert api.process.wait(30) == LOCK_LOST, api.log.read_text()
    assert api.has_logged("the connection that holds the lock of the active process is lost")
    assert not api.has_logged("Traceback"), api.log.read_text()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_api_stops_when_its_lock_connection_hangs(start, database_url, tmp_path: Path):
    async with line_to(database_url, tmp_path) as line:
        api = start("first", line.url)
        await asyncio.to_thread(api.await_health)
        line.fall_silent()
        code = await asyncio.to_thread(api.process.wait, 60)
    assert code == LOCK_LOST, api.log.read_text()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_the_lock_of_one_database_does_not_hold_another(start, database_url, postgres: Any):
    postgres.psql(f"CREATE DATABASE {_name(database_url)}_b;")
    other = postgres.get_uri(database=f"{_name(database_url)}_b")
    first, second = start("first", database_url), start("second", other)
    first.await_health()
    second.await_health()


def test_offline_commands_are_refused_while_an_api_is_active(start, database_url, tmp_path: Path):
    start("first", database_url).await_health()
    env = {
        "PATH": os.environ["PATH"],
        "ZEROBYTE_DATA_DIR": str(tmp_path / "elsewhere"),
        "ZEROBYTE_DATABASE_URL": database_url,
        "APP_SECRET": "another-secret-" + "0" * 32,
    }
    for command, typed in (("migrate upgrade", ""), ("rekey --old-secret-stdin", "x" * 40)):
        done = subprocess.run(
            [PROGRAM, *command.split()],
            env=env, input=typed, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == (
            "Another Zerobyte process is active on this database. Stop it first."
        )


def _name(database_url: str) -> str:
    return urlsplit(database_url).path.removeprefix("/")
