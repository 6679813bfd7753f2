"""Real repositories in temporary folders."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.open_access import ANYWHERE
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess, RepositoryConfigBox
from zerobyte.demo.ports import free_ports
from zerobyte.restic import Repository, Tools, init

PASSWORD = "correct-horse-battery"
RCLONE = Path(sys.executable).parent / "rclone"


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """Fresh folders, no wait for locks, and limits everywhere.

    An interrupted restic sends the packs to their end that it has begun: at the rates of these
    tests that takes ten seconds, and how large they are is chance.
    """
    return Tools(
        cache_dir=tmp_path / "cache",
        run_dir=tmp_path / "run",
        rclone_config_dir=tmp_path,
        retry_lock="0s",
        grace_s=60,
    )


@pytest.fixture
def repository_at(tools: Tools) -> Callable[..., Repository]:
    """Describe a repository by its config; nothing is made."""

    def describe(config: dict, *, password: str = PASSWORD) -> Repository:
        access = RepositoryAccess(
            id="0192c3d4-0000-7000-8000-000000000001",
            short_id="r1234567",
            name="test",
            config=RepositoryConfigBox.model_validate({"config": config}).config,
            password=password,
            **ANYWHERE,
        )
        return Repository(access, tools)

    return describe


@pytest.fixture(scope="session")
def new_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository to copy: making one costs seconds, for its key is slow on purpose."""
    base = tmp_path_factory.mktemp("template")
    access = RepositoryAccess(
        id="template",
        short_id="t1234567",
        name="template",
        config=LocalConfig(backend="local", path=str(base / "repository")),
        password=PASSWORD,
        **ANYWHERE,
    )
    tools = Tools(cache_dir=base / "cache", run_dir=base / "run")
    asyncio.run(init.run(Repository(access, tools)))
    return base / "repository"


@pytest.fixture
def repository(tmp_path: Path, repository_at, new_repository: Path) -> Repository:
    """An empty local repository."""
    shutil.copytree(new_repository, tmp_path / "repository")
    return repository_at({"backend": "local", "path": str(tmp_path / "repository")})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small tree: two files of one name, one of them deeper."""
    root = tmp_path / "source"
    (root / "sub/deep").mkdir(parents=True)
    (root / "a.txt").write_text("top")
    (root / "sub/deep/a.txt").write_text("deep")
    (root / "sub/b.txt").write_text("b")
    return root


@pytest.fixture
def with_password() -> Callable[[Repository, str], Repository]:
    """The same repository, opened with another password."""

    def change(repository: Repository, password: str) -> Repository:
        access = repository.access.model_copy(update={"password": password})
        return replace(repository, access=access)

    return change


@dataclass
class Server:
    port: int
    folder: Path
    process: subprocess.Popen[bytes]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start `rclone serve KIND` over an empty folder on a free port of the loopback."""
    started: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *flags: str, name: str = "") -> Server:
        folder = tmp_path / f"served-{kind}{name}"
        folder.mkdir()
        [port] = free_ports(1)
        log = tmp_path / "served.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [
                    *(str(RCLONE), "serve", kind, str(folder), f"--addr=127.0.0.1:{port}"),
                    *("--config", str(tmp_path / "none.conf"), *flags),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            )
        started.append(server)
        deadline = time.monotonic() + 60
        while _is_closed(port):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        return Server(port, folder, server)

    yield start
    for server in started:
        server.kill()
        server.wait()


def _is_closed(port: int) -> bool:
    with socket.socket() as probe_socket:
        return probe_socket.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path: Path) -> Iterator[None]:
    """No secret folder outlives its command; notes of those that were killed do."""
    yield
    run_dir = tmp_path / "run"
    assert not run_dir.exists() or {path.name for path in run_dir.iterdir()} <= {"restic"}
