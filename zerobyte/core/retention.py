"""What `restic forget` would keep of a history, worked out without asking restic.

Owns the arithmetic of restic's policy: newest first, one bucket for each rule, calendar fields in
each snapshot's own time zone. Knows no repository, no schedule and no clock.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from zerobyte.contract.retention import RetentionPolicy

_DURATION: Final = re.compile(r"(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)d)?(?:(\d+)h)?")
_TIME: Final = re.compile(r"(.+?T\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")

_EARLIEST: Final = datetime(1, 1, 3)  # noqa: DTZ001 — compared with times without a zone
_LATEST: Final = datetime(9999, 12, 29)  # noqa: DTZ001
_BEGINNING: Final = (datetime(1, 1, 1), 0)  # noqa: DTZ001 — compared with instants without a zone


@dataclass(frozen=True, slots=True)
class Moment:
    """One snapshot's time as restic wrote it.

    wall        the calendar as it stands in the text, without a zone and to the second.
    offset      how far the text's zone is ahead of UTC.
    nanosecond  what follows the second.
    """

    wall: datetime
    offset: timedelta
    nanosecond: int

    @classmethod
    def parse(cls, text: str) -> "Moment":
        """Read restic's RFC 3339 with up to nine digits after the second. Raises ValueError."""
        match = _TIME.fullmatch(text)
        if match is None:
            raise ValueError("this is not a time as restic writes it")
        zone = "+00:00" if match[3] == "Z" else match[3]
        instant = datetime.fromisoformat(match[1] + zone)
        digits = (match[2] or "0")[:9].ljust(9, "0")
        offset, wall = instant.utcoffset() or timedelta(), instant.replace(tzinfo=None)
        # The last days of the calendar do not exist in other zones: move them inwards.
        wall = min(max(wall, _EARLIEST), _LATEST)
        return cls(wall, offset, int(digits))

    @property
    def order(self) -> tuple[datetime, int]:
        """What instants are compared by, to the nanosecond."""
        return self.wall - self.offset, self.nanosecond

    def in_zone(self, zone: tzinfo) -> "Moment":
        """Return the same instant with the wall clock of another zone."""
        instant = self.wall - self.offset
        offset = _offset(instant, zone)
        return Moment(instant + offset, offset, self.nanosecond)

    @property
    def epoch_ms(self) -> int:
        """Milliseconds since the epoch, rounded down."""
        seconds = int((self.wall - self.offset).replace(tzinfo=UTC).timestamp())
        return seconds * 1000 + self.nanosecond // 1_000_000


@dataclass(slots=True)
class _Bucket:
    """One counting rule while the history is walked."""

    reason: str
    left: int
    key: Callable[[Moment, int], int]
    last: int = -1

    def takes(self, moment: Moment, place: int, *, is_oldest: bool) -> str | None:
        """Why this rule keeps the snapshot, or None; a rule with no count left keeps none."""
        if self.left <= 0:
            return None
        value = self.key(moment, place)
        if value == self.last and not is_oldest:
            return None
        # A rule that still has counts left keeps the oldest snapshot too: the longest history.
        reason = f"oldest {self.reason}" if value == self.last else self.reason
        self.last = value
        self.left -= 1
        return reason


def plan(
    snapshots: Iterable[tuple[str, Moment]],
    policy: RetentionPolicy,
    *,
    now: Moment,
    zone: tzinfo = UTC,
) -> dict[str, list[str]]:
    """What keeps each snapshot of ONE group: its reasons in restic's words, empty for "remove".

    now     snapshots later than this do not anchor `keep within`.
    zone    the local time zone of the process that runs restic (its TZ).

    A policy without rules keeps everything, for no reason; restic would refuse to run.
    Two snapshots of the very same instant may change places with each other.

    Source: restic 0.18, internal/restic/snapshot_policy.go. Held by
    tests/integration/repositories/test_retention.py, which compares it with restic itself.
    """
    newest_first = sorted(snapshots, key=lambda item: item[1].order, reverse=True)
    buckets = _buckets(policy)
    earliest, within = _within([moment for _, moment in newest_first], policy, now, zone)
    kept: dict[str, list[str]] = {}
    for place, (snapshot_id, moment) in enumerate(newest_first):
        is_oldest = place == len(newest_first) - 1
        reasons = [bucket.takes(moment, place, is_oldest=is_oldest) for bucket in buckets]
        if earliest is not None and moment.order > earliest:
            reasons.insert(0, within)
        kept[snapshot_id] = [reason for reason in reasons if reason is not None]
    return kept


def is_suspect(files: int, trusted_files: int | None) -> bool:
    """Whether a snapshot holds so little that retention must not count it (T8).

    No file at all, or less than half of those of the last snapshot that could be trusted; None
    when there was none. After an empty one that somebody has accepted, an empty one is as it was.
    """
    if files == 0:
        return trusted_files != 0
    return trusted_files is not None and files * 2 < trusted_files


def suspects(history: Iterable[tuple[str, int | None, bool | None]]) -> set[str]:
    """The suspect snapshots of one schedule, each measured by the last one before it to be trusted.

    history     oldest first: id, number of files, and whether it is suspect where that is known.
                One whose files nobody counted is trusted, and no measure for others.
    """
    found: set[str] = set()
    trusted_files: int | None = None
    for snapshot_id, files, verdict in history:
        measured = files is not None and is_suspect(files, trusted_files)
        if measured if verdict is None else verdict:
            found.add(snapshot_id)
        elif files is not None:
            trusted_files = files
    return found


def cleared(history: Iterable[tuple[str, int | None, bool]], accepted_id: str) -> set[str]:
    """What is suspect no longer once somebody says that a suspect snapshot is right.

    That one, and of those after it whatever only the former measure spoke against.

    history     oldest first: id, number of files, and whether it is suspect.
    """
    told = list(history)
    place = [snapshot_id for snapshot_id, _, _ in told].index(accepted_id)
    anew = [
        *told[:place],
        (accepted_id, told[place][1], False),
        *((one, files, None if suspect else False) for one, files, suspect in told[place + 1 :]),
    ]
    return {one for one, _, suspect in told if suspect} - suspects(anew)


def plan_of_schedule(
    snapshots: Iterable[tuple[str, Moment]],
    policy: RetentionPolicy,
    *,
    now: Moment,
    zone: tzinfo,
    incomplete: Collection[str] = (),
) -> dict[str, list[str]]:
    """Return what keeps each snapshot of one schedule, by the days of the schedule's zone.

    zone        the schedule's zone: a snapshot that was written with another offset counts for
                the day that it was in this zone.
    incomplete  ids of snapshots that lack files. The policy is applied to them apart, so they
                never displace a complete one, and their number stays bounded all the same.
    """
    groups: tuple[list[tuple[str, Moment]], ...] = ([], [])
    for snapshot_id, moment in snapshots:
        groups[snapshot_id in incomplete].append((snapshot_id, moment.in_zone(zone)))
    kept: dict[str, list[str]] = {}
    for group in filter(None, groups):
        kept |= plan(group, policy, now=now, zone=zone)
    return kept


def categories(reasons: Iterable[str]) -> list[str]:
    """restic's reasons in the words of the API: last, hourly … yearly, and within."""
    words = (reason.removeprefix("oldest ").split(" ")[0] for reason in reasons)
    return list(dict.fromkeys(words))


def _buckets(policy: RetentionPolicy) -> list[_Bucket]:
    def week(moment: Moment, _: int) -> int:
        year, number, _day = moment.wall.isocalendar()
        return year * 100 + number

    return [
        _Bucket("last snapshot", policy.keep_last or 0, lambda _, place: place),
        _Bucket(
            "hourly snapshot", policy.keep_hourly or 0, lambda m, _: _day(m) * 100 + m.wall.hour
        ),
        _Bucket("daily snapshot", policy.keep_daily or 0, lambda m, _: _day(m)),
        _Bucket("weekly snapshot", policy.keep_weekly or 0, week),
        _Bucket("monthly snapshot", policy.keep_monthly or 0, lambda m, _: _day(m) // 100),
        _Bucket("yearly snapshot", policy.keep_yearly or 0, lambda m, _: m.wall.year),
    ]


def _day(moment: Moment) -> int:
    wall = moment.wall
    return (wall.year * 100 + wall.month) * 100 + wall.day


def _within(
    newest_first: list[Moment], policy: RetentionPolicy, now: Moment, zone: tzinfo
) -> tuple[tuple[datetime, int] | None, str]:
    """The instant that snapshots must be later than, and the reason in restic's words."""
    match = _DURATION.fullmatch(policy.keep_within_duration or "")
    if match is None or not any(int(part or 0) for part in match.groups()):
        return None, ""
    years, months, days, hours = (int(part or 0) for part in match.groups())
    parts = zip((years, months, days, hours), "ymdh", strict=True)
    reason = "within " + "".join(f"{count}{unit}" for count, unit in parts if count)
    latest = next((moment for moment in newest_first if moment.order < now.order), None)
    if latest is None:
        # No snapshot in the past: restic counts from the year 1, so all of them are later.
        return _BEGINNING, reason
    try:
        anchor = _add_date(latest, zone, years=years, months=months, days=days)
        return (anchor - timedelta(hours=hours), latest.nanosecond), reason
    except (OverflowError, ValueError):
        return _BEGINNING, reason


def _add_date(moment: Moment, zone: tzinfo, *, years: int, months: int, days: int) -> datetime:
    """Go back in the calendar as Go's AddDate does; the instant in UTC, without a zone.

    Go overflows instead of clamping (one month before 31 March is 3 March) and reads the wall
    clock in the local zone when the text's offset is the local one at that instant.
    """
    month_index = moment.wall.year * 12 + moment.wall.month - 1 - years * 12 - months
    year, month = divmod(month_index, 12)
    first = datetime(year, month + 1, 1)  # noqa: DTZ001 — a wall clock, its zone is applied below
    time_of_day = moment.wall - moment.wall.replace(hour=0, minute=0, second=0)
    wall = first + timedelta(days=moment.wall.day - 1 - days) + time_of_day
    instant = moment.wall - moment.offset
    if _offset(instant, zone) != moment.offset:
        return wall - moment.offset
    guess = _offset(wall, zone)
    return wall - _offset(wall - guess, zone) if guess else wall


def _offset(instant: datetime, zone: tzinfo) -> timedelta:
    """How far a zone is ahead of UTC at an instant that is given in UTC without a zone."""
    if isinstance(zone, timezone):
        return zone.utcoffset(None)
    return instant.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()
