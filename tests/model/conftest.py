"""Prints the statistics of the model runs at the end."""

import pytest

_figures: list[str] = []


@pytest.fixture(scope="session")
def walked() -> list[str]:
    """Lines to print at the end."""
    return _figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in _figures:
        terminalreporter.write_line(line)
