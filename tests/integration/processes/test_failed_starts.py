"""A failed start prints one sentence on standard error and sets the exit code."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.served import PROGRAM
from tests.support.waiting import until_sync
from zerobyte.core import early_interrupt
from zerobyte.db import migrate
from zerobyte.demo.ports import free_ports

NEWER = "The database was made by a newer version"
FULL = "free some space and start again"


def environment(folder: Path, **more: str) -> dict[str, str]:
    port, prefect_port = free_ports(2)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "ZEROBYTE_DATA_DIR": str(folder / "data"),
        "SERVER_IP": "127.0.0.1",
        "PORT": str(port),
        "PREFECT_PORT": str(prefect_port),
        "APP_SECRET": "test-secret-" + "0" * 32,
        "ZEROBYTE_DRAIN_GRACE": "1",
        **more,
    }


def run(command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [PROGRAM, command], env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("command", ["api", "serve"])
def test_a_newer_database_is_one_sentence(tmp_path: Path, command: str) -> None:
    env = environment(tmp_path)
    file = tmp_path / "data" / "data" / "zerobyte.db"
    asyncio.run(migrate.upgrade(f"sqlite://{file}"))
    database = sqlite3.connect(file)
    with database:
        database.execute(
            "INSERT INTO aerich (version, app, content) VALUES ('99_later.py', 'models', '{}')"
        )
    database.close()
    done = run(command, env)
    assert done.returncode == 1
    assert done.stderr.count(NEWER) == 1, done.stderr


def test_a_damaged_database_is_one_sentence(tmp_path: Path) -> None:
    env = environment(tmp_path)
    file = tmp_path / "data" / "data" / "zerobyte.db"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"this is no database" * 1000)
    done = run("api", env)
    assert done.returncode == 1
    assert "database" in done.stderr.splitlines()[-1], done.stderr


def test_unreachable_postgres_is_retried_with_one_log_line_each(tmp_path: Path) -> None:
    [port] = free_ports(1)
    url = f"postgres://user:canary-word@127.0.0.1:{port}/zerobyte"
    done = run("api", environment(tmp_path, ZEROBYTE_DATABASE_URL=url, DATABASE_WAIT_S="5"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "The PostgreSQL server could not be reached within 5 seconds ("
    )
    tries = (done.stdout + done.stderr).count("cannot be reached; trying again")
    assert 2 <= tries <= 4
    assert "canary-word" not in done.stdout + done.stderr


def test_api_starts_once_postgres_is_reachable(tmp_path: Path, postgres) -> None:
    postgres.psql("CREATE DATABASE late_start;")
    real = postgres.get_uri(database="late_start")
    folder = Path(real.partition("host=")[2])
    link = tmp_path / "socket"
    env = environment(tmp_path, ZEROBYTE_DATABASE_URL=real.replace(str(folder), str(link)))
    log = tmp_path / "log"
    with log.open("wb") as output:
        api = subprocess.Popen([PROGRAM, "api"], env=env, stdout=output, stderr=subprocess.STDOUT)
    try:
        until_sync(
            lambda: "cannot be reached; trying again" in log.read_text(), limit_s=180, what="a try"
        )
        link.symlink_to(folder)
        until_sync(
            lambda: "There is no account yet" in log.read_text(), limit_s=180, what="a start"
        )
    finally:
        api.kill()
        api.wait()
    assert "Traceback" not in log.read_text()


def test_the_same_port_for_the_api_and_prefect_is_one_sentence(tmp_path: Path) -> None:
    env = environment(tmp_path)
    env["PREFECT_PORT"] = env["PORT"]
    done = run("serve", env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        f"PORT and PREFECT_PORT are both {env['PORT']}. Set one of them to another port."
    )


def test_a_taken_port_of_the_api_alone_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("api", environment(tmp_path, PORT=port))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"Port {port} is in use by another program. Set PORT to a free port."
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    with (folder / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


@pytest.mark.parametrize("command", ["api", "serve"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_full_disk_is_one_sentence(small_disk: Path, command: str, is_empty: bool) -> None:
    env = environment(small_disk)
    if not is_empty:
        data = small_disk / "data"
        data.mkdir()
        (data / "prefect-auth").write_text("zerobyte:" + "x" * 48)
        asyncio.run(migrate.upgrade(f"sqlite://{data}/data/zerobyte.db"))
    fill(small_disk)
    done = run(command, env)
    assert done.returncode == 1, done.stderr
    last = done.stderr.splitlines()[-1]
    assert "full" in last or "No space left on device" in last, done.stderr


@pytest.mark.parametrize("command", ["api", "serve"])
@pytest.mark.parametrize("after_s", [0.0, 0.3, 1.5, 3.0])
def test_an_interrupt_in_the_first_seconds_is_one_sentence(
    tmp_path: Path, command: str, after_s: float
) -> None:
    process = subprocess.Popen(
        [PROGRAM, command],
        env=environment(tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _await_handler(process.pid)
        time.sleep(after_s)  # any moment of the start; which one does not matter
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert "Traceback" not in out + err, out + err
    assert "KeyboardInterrupt" not in out + err
    if command == "serve" or process.returncode:
        assert process.returncode == early_interrupt.EXIT_CODE, err
        assert err.count(early_interrupt.SENTENCE) == 1


def _await_handler(pid: int) -> None:
    """Wait until the imports behind the handler have begun: Python's own start is not ours."""

    def has_begun() -> bool:
        return "_socket." in Path(f"/proc/{pid}/maps").read_text()

    until_sync(has_begun, limit_s=90, what="the first import after the handler", every_s=0.01)
