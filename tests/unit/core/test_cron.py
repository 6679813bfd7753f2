"""Cron expressions: what is accepted, and when it is due across clock changes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core import clock, cron

ZURICH = ZoneInfo("Europe/Zurich")


def at(text: str, zone: ZoneInfo = ZURICH) -> int:
    return clock.to_ms(datetime.fromisoformat(text).replace(tzinfo=zone))


def local(epoch_ms: int) -> str:
    return clock.from_ms(epoch_ms).astimezone(ZURICH).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("given_text", "normal"),
    [
        ("  0   2 * * * ", "0 2 * * *"),
        ("@daily", "0 0 * * *"),
        ("@Weekdays", "0 0 * * 1-5"),
        ("0 12 ? * mon-fri", "0 12 * * MON-FRI"),
        ("0 0 L * *", "0 0 L * *"),
        ("0 0 * * 1#2", "0 0 * * 1#2"),
        ("*/5 0-6,22 1,15 jan-mar *", "*/5 0-6,22 1,15 JAN-MAR *"),
    ],
)
def test_what_people_write_becomes_five_fields(given_text: str, normal: str) -> None:
    assert cron.normalize(given_text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "0 2 * *", "0 0 0 * * *", "60 * * * *", "0 24 * * *", "0 0 31 2 *",
        "0 0 15W * *", "5-1 * * * *", "*/0 * * * *", "@reboot", "TZ=UTC 0 0 * * *", "a b c d e",
        "H * * * *",
    ],
)  # fmt: skip
def test_t7_a_bad_expression_is_refused_and_never_runs_in_a_loop(text: str) -> None:
    with pytest.raises(ValueError, match=r"cron|true"):
        cron.normalize(text)


def test_t6_a_time_that_spring_skips_runs_once_at_the_next_valid_instant() -> None:
    due = cron.next_after("30 2 * * *", timezone="Europe/Zurich", after_ms=at("2026-03-28 12:00"))
    assert due is not None
    assert local(due) == "2026-03-29 03:00"
    after = cron.next_after("30 2 * * *", timezone="Europe/Zurich", after_ms=due)
    assert after is not None
    assert local(after) == "2026-03-30 02:30"


def test_t6_a_time_that_autumn_repeats_runs_once() -> None:
    due = cron.next_after("30 2 * * *", timezone="Europe/Zurich", after_ms=at("2026-10-24 12:00"))
    assert due is not None
    assert local(due) == "2026-10-25 02:30"
    after = cron.next_after("30 2 * * *", timezone="Europe/Zurich", after_ms=due)
    assert after is not None
    assert local(after) == "2026-10-26 02:30"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        cron.zone("Mars/Olympus")
    with pytest.raises(ValueError, match="time zone"):
        cron.zone("../../etc/passwd")


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    zone=st.sampled_from(["UTC", "Europe/Zurich", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_a_daily_time_is_always_due_within_two_days_and_after_the_start(
    minute: int, hour: int, start: datetime, zone: str
) -> None:
    start_ms = at(start.isoformat(), ZoneInfo("UTC"))
    due = cron.next_after(f"{minute} {hour} * * *", timezone=zone, after_ms=start_ms)
    assert due is not None
    assert start_ms < due <= start_ms + timedelta(days=2).total_seconds() * 1000
