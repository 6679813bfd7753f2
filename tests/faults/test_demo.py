"""The demo with killed processes and interrupts: it ends in order."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.demo_process import (
    API,
    PREFECT,
    RESTIC,
    SUPERVISOR,
    WORKER,
    DemoProcess,
    little_files,
)

WORDS = ("Source:", "Starting a temporary platform", "Ready in", "are created")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoProcess]:
    process = DemoProcess(little_files(tmp_path / "source"), tmp_path / "printed")
    yield process
    process.discard()


@pytest.mark.parametrize("phase", ["backup", "restore"])
@pytest.mark.parametrize(
    "victims",
    [(RESTIC,), (WORKER,), (API,), (PREFECT,), (RESTIC, WORKER, API, PREFECT), (SUPERVISOR,)],
    ids=["restic", "worker", "api", "prefect", "all", "supervisor"],
)
def test_demo_continues_after_a_process_is_killed(
    demo: DemoProcess, victims: tuple[str, ...], phase: str
) -> None:
    demo.until_restic(phase)
    demo.kill(*victims)
    assert demo.end() == 0, demo.printed()
    assert "Every byte is the same: 3050 entries" in demo.printed()
    assert "Traceback" not in demo.printed()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", WORDS)
def test_an_interrupted_demo_leaves_nothing_behind(
    demo: DemoProcess, words: str, number: int
) -> None:
    demo.until_printed(words)
    demo.signal(number)
    demo.signal(number)
    assert demo.end() == 130, demo.printed()
    assert demo.printed().endswith("Interrupted; nothing was left behind.")


def test_a_demo_interrupted_while_it_stops_its_platform_leaves_nothing_behind(
    demo: DemoProcess,
) -> None:
    demo.until_printed("Stopping the platform")
    demo.signal(signal.SIGTERM)
    # The platform may have ended before the signal is sent.
    assert demo.end() in (130, 0), demo.printed()
    assert demo.printed().endswith("othing was left behind.")


@pytest.mark.parametrize("phase", ["backup", "restore"])
def test_a_demo_interrupted_while_restic_works_leaves_nothing_behind(
    demo: DemoProcess, phase: str
) -> None:
    demo.until_restic(phase)
    demo.signal(signal.SIGINT)
    assert demo.end() == 130, demo.printed()
    assert demo.printed().endswith("Interrupted; nothing was left behind.")
