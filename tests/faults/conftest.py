"""The fault suite takes minutes and runs only on request: `make faults`."""

import os
from pathlib import Path

import pytest

collect_ignore_glob = [] if os.environ.get("FAULTS") == "1" else ["*"]

_figures: list[str] = []


@pytest.fixture(scope="session")
def figures() -> list[str]:
    """Collect lines that are printed at the end."""
    return _figures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(7200))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _figures:
        terminalreporter.write_line(line)
