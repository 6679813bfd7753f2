"""`zerobyte serve`: start, environment of the children, restarts and stop."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from tests.e2e.served import is_gone
from zerobyte.demo.ports import free_ports


def environment(tmp_path, **more):
    port, prefect_port = free_ports(2)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "ZEROBYTE_DATA_DIR": str(tmp_path / "data"),
        "SERVER_IP": "127.0.0.1",
        "PORT": str(port),
        "PREFECT_PORT": str(prefect_port),
        "APP_SECRET": "canary-app-secret-of-enough-letters-0",
        "ZEROBYTE_DRAIN_GRACE": "1",
        "STRAY_VARIABLE": "not a setting",
        **more,
    }


LOW_FILE_LIMIT = 512
COMMAND = [sys.executable, "-m", "zerobyte.processes.supervisor"]


def failed_start(env):
    done = subprocess.run(COMMAND, env=env, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


def test_taken_port_error_names_the_variable(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for variable in ("PORT", "PREFECT_PORT"):
            code, words = failed_start(environment(tmp_path, **{variable: port}))
            assert code == 1
            assert words.splitlines()[-1] == (
                f"Port {port} is in use by another program. Set {variable} to a free port."
            )


def test_unwritable_data_folder_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    code, words = failed_start(
        environment(tmp_path, ZEROBYTE_DATA_DIR=str(tmp_path / "file" / "x"))
    )
    assert code == 1
    assert "ZEROBYTE_DATA_DIR" in words
    assert "Traceback" not in words


def test_wrong_setting_is_reported(tmp_path):
    code, words = failed_start(environment(tmp_path, PORT="none"))
    assert (code, words.count("\n")) == (1, 1)
    assert words.startswith("PORT ")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One installation for all tests below; the last of them stops it."""
    tmp_path = tmp_path_factory.mktemp("served")
    env = environment(tmp_path)
    log = tmp_path / "log"
    # As careless as a shell may be: readable by everybody, and few open files.
    command = ["sh", "-c", f'ulimit -S -n {LOW_FILE_LIMIT}; umask 0000; exec "$@"', "sh", *COMMAND]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)
    served = Served(process, env, log, tmp_path)
    try:
        served.await_words("Zerobyte is ready")
        served.await_words("ready for work")
        yield served
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


class Served:
    def __init__(self, process, env, log, folder):
        self.process, self.env, self.log, self.folder = process, env, log, folder

    def await_words(self, words, *, times=1, limit_s=180):
        deadline = time.monotonic() + limit_s
        while self.log.read_text().count(words) < times:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def children(self):
        found = {}
        for child in psutil.Process(self.process.pid).children():
            found[child.cmdline()[-1].rpartition(".")[2]] = child
        return found


def test_all_services_answer_and_their_addresses_are_printed(served):
    port, prefect = served.env["PORT"], served.env["PREFECT_PORT"]
    answer = httpx.get(f"http://127.0.0.1:{port}/api/readiness", timeout=30)
    assert answer.status_code == 200, answer.text
    text = served.log.read_text()
    assert f"http://localhost:{port}/api/v1/docs" in text
    assert f"http://localhost:{prefect}" in text
    assert "zerobyte prefect-secret" in text
    assert served.env["ZEROBYTE_DATA_DIR"] in text
    assert "canary" not in text.replace(str(served.folder), "")
    assert "Traceback" not in text


def test_the_start_lines_warn_of_the_first_sign_up_and_name_the_address(served):
    text = served.log.read_text()
    banner = text[text.index("Zerobyte is ready") :]
    assert "The first account that signs up becomes administrator; set SETUP_TOKEN" in banner
    assert f"127.0.0.1 port {served.env['PORT']}" in banner


def test_each_process_gets_only_its_allowed_environment(served):
    children = served.children()
    assert set(children) == {"app", "worker_main", "prefect_server"}
    environs = {name: child.environ() for name, child in children.items()}
    assert environs["app"]["APP_SECRET"] == served.env["APP_SECRET"]
    for name in ("worker_main", "prefect_server"):
        assert "canary-app-secret" not in str(environs[name])
        assert "ZEROBYTE_DATABASE_URL" not in environs[name]
    for found in environs.values():
        assert "STRAY_VARIABLE" not in found


def test_every_process_creates_files_for_the_owner_alone(served):
    pids = [served.process.pid, *(child.pid for child in served.children().values())]
    assert len(pids) == 4
    for pid in pids:
        with Path(f"/proc/{pid}/status").open() as status:
            assert "Umask:\t0077" in status.read().splitlines(), psutil.Process(pid).cmdline()
    open_to_others = {
        str(path): oct(path.stat().st_mode)
        for path in (served.folder / "data").rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077
    }
    assert open_to_others == {}


def test_every_process_may_open_more_files_than_the_soft_limit_allowed(served):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for child in served.children().values():
        soft = resource.prlimit(child.pid, resource.RLIMIT_NOFILE)[0]
        assert soft == min(hard, 65_536) > LOW_FILE_LIMIT, child.cmdline()


def test_nothing_is_written_to_the_home_folder(served):
    home = served.folder / "home"
    assert not home.exists() or list(home.iterdir()) == []


def test_second_platform_on_the_data_folder_is_refused(served):
    port, prefect_port = free_ports(2)
    more = {"PORT": str(port), "PREFECT_PORT": str(prefect_port)}
    code, words = failed_start({**served.env, **more})
    assert code == 1
    assert f"Another Zerobyte (process {served.process.pid}) uses the data folder" in words


def test_a_worker_that_dies_is_started_again(served):
    worker = served.children()["worker_main"]
    worker.kill()
    served.await_words("worker ended; restarting it")
    served.await_words("ready for work", times=2)
    assert served.children()["worker_main"].pid != worker.pid


def test_stop_order_is_worker_api_prefect(served):
    children = list(served.children().values())
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(120) == 0
    text = served.log.read_text()
    order = [text.rindex(f"{name} stopped") for name in ("worker", "api", "prefect")]
    assert order == sorted(order)
    assert not any(child.is_running() for child in children)
    assert "Traceback" not in text, text[-3000:]


def test_children_end_with_a_killed_supervisor(tmp_path):
    env = environment(tmp_path)
    process = subprocess.Popen(
        COMMAND, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while len(children := programs_below(process.pid)) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    psutil.wait_procs(children, timeout=30)
    assert [child for child in children if not is_gone(child)] == []


def programs_below(pid):
    """The children that have become what they are to be: until then the kernel spares them."""
    found = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.Error):
            command = child.cmdline()
            if command[:1] == [sys.executable] and command != COMMAND:
                found.append(child)
    return found
