"""Prefect's scheduled runs and our expected times, over 400 days: each due time runs exactly once.

Prefect schedules a few runs ahead with its own code. It handles clock changes differently from our
rules, so its runs alone would be too few, and sometimes too many.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prefect.server.schemas.schedules import CronSchedule

from zerobyte.core import clock, cron

ZONES = ["Europe/Zurich", "Australia/Lord_Howe", "UTC"]
START = datetime(2026, 1, 10, 0, 0, 30, tzinfo=UTC)
DAYS = 400
LIMIT_MS = 15_000
MINUTES = [0, 7, 15, 30, 45]


def bells(expression: str, zone: str, start: datetime, end: datetime) -> list[int]:
    """When Prefect would ring: it plans three runs ahead each time that it looks."""
    plan = CronSchedule(cron=expression, timezone=zone)
    planned: set[int] = set()
    now = start
    while now < end:
        ahead = [clock.to_ms(at) for at in plan._get_dates_generator(n=3, start=now)]
        planned.update(ahead)
        # Looking again when the first of them has come is what its loop of 60 s amounts to.
        now = max(clock.from_ms(ahead[0]), now) + timedelta(seconds=47)
    return sorted(at for at in planned if at <= clock.to_ms(end))


def expected(expression: str, zone: str, start: datetime, end: datetime) -> Iterator[int]:
    at = cron.next_after(expression, timezone=zone, after_ms=clock.to_ms(start))
    while at is not None and at <= clock.to_ms(end):
        yield at
        at = cron.next_after(expression, timezone=zone, after_ms=at)


def runs(expression: str, zone: str, start: datetime, end: datetime) -> list[cron.Due]:
    """What is started when both bells and our own clock may move the schedule on."""
    rings = [at + 800 for at in bells(expression, zone, start, end)]
    cursor = cron.next_after(expression, timezone=zone, after_ms=clock.to_ms(start))
    started: list[cron.Due] = []
    while cursor is not None and cursor <= clock.to_ms(end):
        ours = cursor + LIMIT_MS
        now = rings.pop(0) if rings and rings[0] <= ours else ours
        due = cron.due(expression, timezone=zone, since_ms=cursor, now_ms=now)
        if due is not None:
            started.append(due)
            cursor = due.next_at
    return started


def local(at_ms: int, zone: str) -> datetime:
    return clock.from_ms(at_ms).astimezone(ZoneInfo(zone))


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(hour=st.sampled_from([0, 1, 2, 3, 23]), minute=st.sampled_from(MINUTES))
def test_t6_a_daily_time_runs_exactly_once_on_each_of_400_days(
    zone: str, hour: int, minute: int
) -> None:
    expression, end = f"{minute} {hour} * * *", START + timedelta(days=DAYS)
    started = runs(expression, zone, START, end)
    assert [due.at for due in started] == list(expected(expression, zone, START, end))
    assert all(due.missed == 0 for due in started)
    days = [local(due.at, zone).date() for due in started]
    first = days[0]
    assert days == [date.fromordinal(first.toordinal() + number) for number in range(len(days))]
    for due in started:
        when = local(due.at, zone)
        wanted = when.replace(hour=hour, minute=minute, fold=0)
        is_skipped = wanted.astimezone(UTC).astimezone(ZoneInfo(zone)).hour != hour or (
            wanted.astimezone(UTC).astimezone(ZoneInfo(zone)).minute != minute
        )
        if not is_skipped:
            assert when == wanted, "a time that exists is kept to, the first of two"
        else:
            before = clock.from_ms(due.at - 60_000).astimezone(ZoneInfo(zone))
            assert before.utcoffset() != when.utcoffset(), "the first instant after the change"
    keys = {cron.key("s", due.at, timezone=zone) for due in started}
    assert len(keys) == len(started) >= DAYS - 1


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "expression", ["*/30 2 * * *", "0 */2 * * *", "15,45 1-3 * * 0", "30 * * * *"]
)
def test_t6_other_expressions_run_as_often_as_expected_across_each_change(
    zone: str, expression: str
) -> None:
    for day in ("2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24"):
        start = datetime.fromisoformat(f"{day}T05:00:30").replace(tzinfo=UTC)
        end = start + timedelta(days=3)
        started = runs(expression, zone, start, end)
        assert [due.at for due in started] == list(expected(expression, zone, start, end))
        assert all(due.missed == 0 for due in started)
        assert len({cron.key("s", due.at, timezone=zone) for due in started}) == len(started)


def test_t6_an_hourly_schedule_runs_in_every_hour_that_passes() -> None:
    start = datetime(2026, 10, 24, 20, 0, 30, tzinfo=UTC)
    due = list(expected("30 * * * *", "Europe/Zurich", start, start + timedelta(hours=12)))
    assert {later - former for former, later in pairwise(due)} == {3_600_000}
    two = [at for at in due if local(at, "Europe/Zurich").hour == 2]
    assert len({cron.key("s", at, timezone="Europe/Zurich") for at in two}) == 2


def test_prefects_own_due_time_in_a_skipped_hour_depends_on_the_python_version() -> None:
    """Should a newer Prefect do better, this says so; the rest of this file holds anyway."""
    start = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    [first, *_] = bells("30 2 * * *", "Europe/Zurich", start, start + timedelta(days=1))
    # From Python 3.13 on, Prefect uses another library for dates, which skips the hour as we do.
    assert local(first, "Europe/Zurich").hour == (3 if sys.version_info >= (3, 13) else 1)


PLAIN_FIELD = ["*", "*/{n}", "{a}", "{a},{b}", "{a}-{b}", "{a}-{b}/{n}", "{a}/{n}"]


def field(low: int, high: int) -> st.SearchStrategy[str]:
    def written(values: tuple[int, int, int, str]) -> str:
        one, two, step, form = values
        return form.format(a=min(one, two), b=max(one, two), n=step)

    numbers = st.integers(low, high)
    return st.tuples(numbers, numbers, st.integers(1, 30), st.sampled_from(PLAIN_FIELD)).map(
        written
    )


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    fields=st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)),
    start=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
)
def test_cron_rules_given_to_prefect_have_equal_due_times(
    fields: tuple[str, ...], start: datetime
) -> None:
    try:
        expression = cron.normalize(" ".join(fields))
    except ValueError:
        return
    if not cron.is_plain(expression):
        return
    begin = start.replace(microsecond=0, tzinfo=UTC)
    plan = CronSchedule(cron=expression, timezone="UTC")
    theirs = [
        clock.to_ms(at) for at in plan._get_dates_generator(n=4, start=begin + timedelta(seconds=1))
    ]
    ours: list[int] = []
    after = clock.to_ms(begin)
    for _ in theirs:
        due = cron.next_after(expression, timezone="UTC", after_ms=after)
        assert due is not None
        ours.append(due)
        after = due
    assert ours == theirs


@pytest.mark.parametrize(
    "word", ["0 0 L * *", "0 0 * * 5L", "0 0 * * 1#2", "0 0 LW * *", "0 0 */2 * 1"]
)
def test_cron_rules_that_prefect_reads_differently_are_not_given_to_it(word: str) -> None:
    assert not cron.is_plain(cron.normalize(word))


@pytest.mark.parametrize(
    "word", ["0 3 * * *", "*/15 * * * *", "0 0 1,15 JAN-MAR *", "0 12 * * MON-FRI", "5 4 1 * 1"]
)
def test_unambiguous_cron_rules_are_given_to_prefect(word: str) -> None:
    assert cron.is_plain(cron.normalize(word))
