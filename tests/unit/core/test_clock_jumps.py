"""What three clocks tell about the time between two looks (T4)."""

import asyncio
from dataclasses import replace
from itertools import chain, repeat

import pytest

from tests.support.waiting import until
from zerobyte.core import clock_jumps
from zerobyte.core.clock_jumps import ClockAnomaly, Reading, compare

BEFORE = Reading(wall=1_000_000.0, monotonic=500.0, since_boot=700.0)


def after(*, ran: float = 2.0, slept: float = 0.0, jumped: float = 0.0) -> Reading:
    return Reading(
        wall=BEFORE.wall + ran + slept + jumped,
        monotonic=BEFORE.monotonic + ran,
        since_boot=BEFORE.since_boot + ran + slept,
    )


@pytest.mark.parametrize("usual", [{}, {"ran": 15.0}, {"jumped": 1.5}, {"jumped": -1.5}])
def test_what_a_busy_machine_and_a_time_server_do_is_no_surprise(usual: dict[str, float]) -> None:
    assert compare(BEFORE, after(**usual)) is None


@pytest.mark.parametrize(
    ("happened", "sentence"),
    [
        ({"slept": 28_800.0}, "the machine was suspended for 28800 s"),
        ({"jumped": 3600.0}, "the clock was set forward by 3600 s"),
        ({"jumped": -86_400.0}, "the clock was set back by 86400 s"),
        ({"ran": 62.0}, "this process was stopped for 60 s"),
        (
            {"slept": 60.0, "jumped": 30.0},
            "the machine was suspended for 60 s and the clock was set forward by 30 s",
        ),
    ],
)
def test_t4_suspend_clock_jump_and_pause_are_distinguished(
    happened: dict[str, float], sentence: str
) -> None:
    found = compare(BEFORE, after(**happened))
    assert found is not None
    assert found.sentence == sentence


async def test_t4_each_anomaly_is_logged_in_one_line_and_handled_and_the_watch_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fake clock is set forward and back once."""
    offset = chain([0.0, 3600.0, 3600.0], repeat(0.0))
    real = Reading.now

    def shifted() -> Reading:
        reading = real()
        return replace(reading, wall=reading.wall + next(offset))

    monkeypatch.setattr(clock_jumps, "EVERY_S", 0.01)
    monkeypatch.setattr(Reading, "now", shifted)
    handled: list[ClockAnomaly] = []

    async def handle(anomaly: ClockAnomaly) -> None:
        handled.append(anomaly)
        raise RuntimeError("this must not end the watch")

    watching = asyncio.create_task(clock_jumps.watch(handle))
    await until(lambda: len(handled) == 2)
    assert not watching.done()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert [round(anomaly.jumped_s / 100) for anomaly in handled] == [36, -36]
    lines = [line for line in capsys.readouterr().err.splitlines() if "clock anomaly: " in line]
    assert len(lines) == 2
