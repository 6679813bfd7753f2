"""When a schedule is due: cron expressions, read in a time zone.

Owns the grammar that we accept: five fields as Debian's cron reads them, names, `L` and `#`, and
the @-words. A local time that a clock change skips counts at the next valid instant, one that it
repeats counts once. The engine gets the normalized five fields, so both read the same.
"""

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


def normalize(expression: str) -> str:
    """The expression as five fields with single spaces.

    Raises
        ValueError      it is not a cron expression, or one that never comes true.
    """
    text = expression.strip().lower()
    text = _WORDS.get(text, text.upper())
    fields = text.split()
    if len(fields) != 5:
        raise ValueError("a cron expression has five fields: minute hour day month weekday")
    fields = ["*" if field == "?" else field for field in fields]
    text = " ".join(fields)
    try:
        next(CronSim(text, clock.now()))
    except CronSimError as error:
        raise ValueError(f"{expression!r} is not a cron expression: {error}") from error
    except StopIteration as error:
        raise ValueError(f"{expression!r} never comes true") from error
    return text


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name.

    Raises
        ValueError      there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Europe/Zurich") from error


def next_after(expression: str, *, timezone: str, after_ms: int) -> int | None:
    """The first due time after an instant, both in epoch ms; None when it never comes.

    expression      already normalized.
    """
    start = clock.from_ms(after_ms).astimezone(zone(timezone))
    try:
        due = next(CronSim(expression, start.replace(microsecond=0)))
    except (CronSimError, StopIteration):
        return None
    return clock.to_ms(due)
