"""Cron expressions in a time zone: parsing and due times.

The grammar: five fields as Debian's cron reads them, names, `L` and `#`, and the @-words. An
expression with given hours means local time: a time that spring skips is due once, at the next
valid instant, and a time that autumn repeats is due once. An expression that matches every hour
means elapsed time, whatever the clocks do.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from zerobyte.core import clock

_WORDS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
    "@minutely": "* * * * *",
    "@weekdays": "0 0 * * 1-5",
    "@weekends": "0 0 * * 0,6",
}

COUNTED: Final = 1000
"""Missed times are counted up to this number; more are reported as this number."""

_LOOK_BACK: Final = tuple(
    timedelta(days=days) for days in (1 / 24, 1, 8, 32, 367, 5 * 366, 50 * 366)
)
_STAR: Final = re.compile(r"\*(/([1-9]|[12]\d|30))?")
_PART: Final = re.compile(
    r"\d+|[A-Z]{3}"
    r"|(?P<low>\d+)-(?P<high>\d+)(/([1-9]|[12]\d|30))?"
    r"|(?P<first>[A-Z]{3})-(?P<last>[A-Z]{3})"
)


@dataclass(frozen=True, slots=True)
class Due:
    """The due times of a schedule that have passed without a run, in epoch ms.

    at              the newest one; the run is for this time.
    missed          the number before `at`; at most `COUNTED`.
    first_at        the oldest one; equal to `at` if none was missed.
    last_missed_at  the newest one before `at`; None if none was missed.
    next_at         the first future due time; None if there is none.
    """

    at: int
    missed: int
    first_at: int
    last_missed_at: int | None
    next_at: int | None


def normalize(expression: str) -> str:
    """Return the expression as five fields with single spaces.

    Raises
        ValueError      it is not a cron expression, or never matches a time.
    """
    text = _five_fields(expression)
    if len(text.split()) != 5:
        raise ValueError("a cron expression has five fields: minute hour day month weekday")
    try:
        next(CronSim(text, clock.now()))
    except CronSimError as error:
        raise ValueError(f"{expression!r} is not a cron expression: {error}") from error
    except StopIteration as error:
        raise ValueError(f"{expression!r} never comes true") from error
    return text


@lru_cache(maxsize=4096)
def _five_fields(expression: str) -> str:
    """Return an expression, stored as it was sent, in the form that the library reads."""
    text = expression.strip().lower()
    text = _WORDS.get(text, text.upper())
    return " ".join("*" if field == "?" else field for field in text.split())


def zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name.

    Raises
        ValueError      there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Europe/Zurich") from error


def is_plain(expression: str) -> bool:
    """Return True if every cron reads the expression alike, so that Prefect may plan it.

    False for everything on which implementations differ: `L`, `#` and `W`, a range of one, a
    seven for Sunday, and a stepped star for days beside other days.
    """
    text = _five_fields(expression)
    try:
        CronSim(text, clock.from_ms(0))
    except CronSimError:
        return False
    fields = text.split()
    days = (fields[2], fields[4])
    stepped = any(day.startswith("*/") for day in days)
    return (
        all(_STAR.fullmatch(field) or _is_plain_list(field) for field in fields)
        and not (stepped and "*" not in days)
        and "7" not in fields[4]
    )


def _is_plain_list(field: str) -> bool:
    found = [_PART.fullmatch(part) for part in field.split(",")]
    return all(
        part is not None
        and (part["low"] is None or int(part["low"]) < int(part["high"]))
        and (part["first"] is None or part["first"] != part["last"])
        for part in found
    )


def next_after(expression: str, *, timezone: str, after_ms: int) -> int | None:
    """Return the first due time after an instant, both in epoch ms, or None.

    expression      an unreadable one has no due time.

    Raises
        ValueError      there is no such zone.
    """
    try:
        times = _Times(expression, zone(timezone), clock.from_ms(after_ms))
        return clock.to_ms(next(times))
    except (CronSimError, StopIteration):
        return None


def due(expression: str, *, timezone: str, since_ms: int, now_ms: int) -> Due | None:
    """Return the due times from `since_ms` (included) to now, or None if there are none.

    Raises
        ValueError      the expression or the zone cannot be read.
    """
    if since_ms > now_ms:
        return None
    time_zone = zone(timezone)
    try:
        first = next(_Times(expression, time_zone, clock.from_ms(since_ms - 1)))
        if clock.to_ms(first) > now_ms:
            return None
        newest = _newest(expression, time_zone, first=first, now=clock.from_ms(now_ms))
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"{expression!r} is not a cron expression") from error
    missed, last_missed = 0, None
    if newest > first:
        last_missed = _newest(expression, time_zone, first=first, now=newest - timedelta(seconds=1))
        for at in _Times(expression, time_zone, first - timedelta(seconds=1)):
            if at >= newest or missed == COUNTED:
                break
            missed += 1
    return Due(
        at=clock.to_ms(newest),
        missed=missed,
        first_at=clock.to_ms(first),
        last_missed_at=None if last_missed is None else clock.to_ms(last_missed),
        next_at=next_after(expression, timezone=timezone, after_ms=now_ms),
    )


def _newest(expression: str, time_zone: ZoneInfo, *, first: datetime, now: datetime) -> datetime:
    """Return the last due time up to now; searches backwards, so long gaps stay cheap."""
    for span in _LOOK_BACK:
        start = max(now - span, first - timedelta(seconds=1))
        found: datetime | None = None
        for at in _Times(expression, time_zone, start):
            if at > now:
                break
            found = at
        if found is not None:
            return found
    return first


def key(schedule: str, at_ms: int, *, timezone: str) -> str:
    """Return the permanent key of one due time, built from its local time.

    The second pass through an hour that autumn repeats carries a `+`.
    """
    local = clock.from_ms(at_ms).astimezone(zone(timezone))
    return f"{schedule} {local:%Y-%m-%dT%H:%M}{'+' * local.fold} {timezone}"


class _Times:
    """The due times after an instant, in UTC and in ascending order."""

    def __init__(self, expression: str, time_zone: ZoneInfo, after: datetime) -> None:
        self._last = after
        text = _for_clock_changes(_five_fields(expression))
        self._cron = CronSim(text, after.astimezone(time_zone))

    def __iter__(self) -> "_Times":
        return self

    def __next__(self) -> datetime:
        # Started in the second pass of a repeated hour, the library returns times of the first.
        while (at := clock.in_utc(next(self._cron))) <= self._last:
            pass
        self._last = at
        return at


def _for_clock_changes(expression: str) -> str:
    """Rewrite an expression so that the library treats clock changes as documented above.

    The library reads a leading star in the minutes or the hours as "elapsed time"; we read only
    expressions that match every hour so.
    """
    minute, hour, *days = expression.split()
    if set(CronSim(f"0 {hour} * * *", clock.from_ms(0)).hours) == set(range(24)):
        return " ".join([minute, "*", *days])
    if minute.startswith("*"):
        minute = "0-59" + minute[1:]
    if hour.startswith("*"):
        hour = "0-23" + hour[1:]
    return " ".join([minute, hour, *days])
