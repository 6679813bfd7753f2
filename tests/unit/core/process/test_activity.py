"""What counts as activity of children, by counters that a test sets."""

import pytest

from zerobyte.core import clock
from zerobyte.core.process import activity
from zerobyte.core.process.activity import ActivityMonitor
from zerobyte.core.process.proc import ResourceUse


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What the clock and the counters of one child show."""
    shown = {"s": 1000.0, "bytes": 0.0, "cpu": 0.0}
    monkeypatch.setattr(clock, "monotonic", lambda: shown["s"])

    def used(_: int) -> dict[int, ResourceUse]:
        return {7: ResourceUse(int(shown["bytes"]), shown["cpu"])}

    monkeypatch.setattr(activity, "session_use", used)
    return shown


@pytest.fixture
def watched(kernel: dict[str, float]) -> ActivityMonitor:
    monitor = ActivityMonitor()
    monitor.process_started(7)
    return monitor


def after(kernel: dict[str, float], watched: ActivityMonitor, seconds: float, **more: float) -> int:
    kernel["s"] += seconds
    for name, amount in more.items():
        kernel[name] += amount
    return watched.idle_ms()


def test_t14_the_little_that_goes_on_by_itself_never_adds_up_to_activity(kernel, watched):
    for minute in range(1, 121):
        assert after(kernel, watched, 60, bytes=5000, cpu=0.5) == minute * 60_000
    assert after(kernel, watched, 5, bytes=40_000) == 0


def test_t14_what_a_child_prints_to_us_is_no_activity(kernel, watched):
    for _ in range(20):
        watched.output(100_000)
        idle_ms = after(kernel, watched, 5, bytes=100_000)
    assert idle_ms == 100_000


def test_t14_time_of_a_processor_is_activity_too(kernel, watched):
    assert after(kernel, watched, 59, cpu=2) == 59_000
    assert after(kernel, watched, 1, cpu=4) == 0


def test_t14_unreadable_counters_do_not_count_as_idle(kernel, watched, monkeypatch):
    def refuse(_: int) -> dict[int, ResourceUse]:
        raise PermissionError

    monkeypatch.setattr(activity, "session_use", refuse)
    assert after(kernel, watched, 3600) == 0
