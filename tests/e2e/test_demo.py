"""The demo while a process of its platform is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.demo_process import API, DemoProcess, little_files


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoProcess]:
    process = DemoProcess(little_files(tmp_path / "source"), tmp_path / "printed")
    yield process
    process.discard()


def test_demo_waits_for_an_api_killed_during_the_backup(demo: DemoProcess) -> None:
    demo.until_restic("backup")
    demo.kill(API)
    assert demo.end() == 0, demo.printed()
    printed = demo.printed()
    assert "The API does not answer. Waiting until the platform has recovered" in printed
    assert "The platform is ready again" in printed
    assert "Every byte is the same: 3050 entries" in printed
    assert "Traceback" not in printed
