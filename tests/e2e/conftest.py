"""Fixtures: one platform for all end-to-end tests, and one whose processes may be killed.

Every secret, folder and file name of the first one contains a mark, so that the last test finds
the marks in places where they must not be.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.customer import Customer
from tests.e2e.hooks import HookServer, hook_server
from tests.e2e.served import ServedPlatform
from tests.e2e.witness import Witness
from zerobyte.core import ids

MARK = "wellensittich"
"""Part of every path that the first platform backs up."""

_figures: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "at_the_end: runs last, over everything that the other tests wrote"
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    # A test may start and stop several platforms, also on a slow machine.
    item.add_marker(pytest.mark.timeout(900))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("at_the_end") is not None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):  # a worker of pytest-xdist
        session.config.workeroutput["figures"] = _figures


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _figures.extend(getattr(node, "workeroutput", {}).get("figures", ()))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in _figures:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figure() -> Callable[[str], None]:
    """Record a measured figure; it is printed at the end and asserts nothing."""
    return _figures.append


@dataclass(frozen=True)
class Secrets:
    """Secrets that must be found nowhere but with their owner."""

    app: str = field(default_factory=lambda: f"app-{ids.token(40)}")
    account: str = field(default_factory=lambda: f"account-{ids.token(20)}")
    repository: str = field(default_factory=lambda: f"repository-{ids.token(20)}")
    storage: str = field(default_factory=lambda: f"storage-{ids.token(20)}")
    hook: str = field(default_factory=lambda: f"hook-{ids.token(20)}")


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture(scope="session")
def hooks() -> Iterator[HookServer]:
    with hook_server() as server:
        yield server


@pytest.fixture(scope="session")
def served(
    tmp_path_factory: pytest.TempPathFactory,
    secrets: Secrets,
    hooks: HookServer,
    figure: Callable[[str], None],
) -> Iterator[ServedPlatform]:
    """The platform of most tests; no test kills its processes."""
    home = tmp_path_factory.mktemp("platform") / "data"
    platform = ServedPlatform(home, APP_SECRET=secrets.app, WEBHOOK_ALLOWED_ORIGINS=hooks.origin)
    try:
        figure(f"first start, ready after {platform.start():.1f} s")
        yield platform
    finally:
        platform.discard()


@pytest.fixture(scope="session")
def witness(served: ServedPlatform) -> Iterator[Witness]:
    """Records the environments of the first platform's processes, from its first test on."""
    looking = Witness(served)
    looking.start()
    yield looking
    looking.stop()


@pytest.fixture(scope="session")
def customer(served: ServedPlatform, secrets: Secrets, witness: Witness) -> Iterator[Customer]:
    """A client that is signed in as the first user."""
    person = Customer(served.url)
    person.sign_up(secrets.account)
    yield person
    person.http.close()


@pytest.fixture(scope="session")
def shared_repository(served: ServedPlatform, customer: Customer) -> dict[str, Any]:
    """A local repository that many schedules share."""
    path = str(served.home / "repositories")
    return customer.repository("shelf", {"backend": "local", "path": path})


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all sources of the first platform."""
    return tmp_path_factory.mktemp(MARK)


@pytest.fixture
def source(marked: Path, request: pytest.FixtureRequest) -> Path:
    """A small folder for one test."""
    folder = marked / request.node.name[:60]
    (folder / "sub").mkdir(parents=True)
    for name in (f"{MARK}-a.txt", "b.txt", f"sub/{MARK}-c.txt"):
        (folder / name).write_text(name * 50)
    return folder


@pytest.fixture
def large(source: Path) -> Path:
    """A folder whose backup takes half a minute with the parameters of SLOWLY."""
    (source / f"{MARK}-large.bin").write_bytes(os.urandom(60_000_000))
    return source


SLOWLY = {"customResticParams": ["--limit-upload 2000", "--pack-size 4"]}
BRISKLY = {"customResticParams": ["--limit-upload 6000", "--pack-size 4"]}
"""The same folder in some ten seconds."""


@dataclass
class Clockwork:
    """A schedule that runs every minute by itself, made when the session began."""

    schedule: str
    repository: dict[str, Any]
    made_at: float


@pytest.fixture(scope="session", autouse=True)
def clockwork(request: pytest.FixtureRequest) -> Clockwork | None:
    """Started with the first test, so that its minute passes while the others run."""
    wanted = any("test_clock" in str(item.path) for item in request.session.items)
    if not wanted:
        return None
    customer: Customer = request.getfixturevalue("customer")
    served: ServedPlatform = request.getfixturevalue("served")
    source = request.getfixturevalue("marked") / "clockwork"
    source.mkdir()
    (source / "a.txt").write_text("a")
    path = str(served.home / "repositories")
    repository = customer.repository("clockwork", {"backend": "local", "path": path})
    schedule = customer.of(
        "every minute",
        source,
        repository,
        enabled=True,
        cronExpression="* * * * *",
        retentionPolicy={"keepLast": 1},
    )
    return Clockwork(schedule, repository, time.time())


@pytest.fixture(scope="session")
def beside() -> Iterator[ThreadPoolExecutor]:
    """A pool for long work that no test waits for."""
    with ThreadPoolExecutor() as pool:
        yield pool
