"""Our model of restic's retention policy: it alone decides which snapshots a plan removes.

Newest first, one bucket for each rule, calendar fields in the schedule's zone. It uses no
repository and no clock. `tests/integration/repositories/test_forget_policy.py` and
`tests/integration/restic/test_forget.py` compare it with restic's own dry run.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from zerobyte.contract.retention import RetentionPolicy

_DURATION: Final = re.compile(r"(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)d)?(?:(\d+)h)?")
_TIME: Final = re.compile(r"(.+?T\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")

Pace = Callable[[Iterable[tuple[str, "Moment"]]], Iterable[tuple[str, "Moment"]]]

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""A snapshot up to this far ahead of the clock still counts, because hosts' clocks differ."""
FUTURE: Final = "dated in the future"
"""The reason that keeps a snapshot further ahead of the clock."""

_EARLIEST: Final = datetime(1, 1, 3)  # noqa: DTZ001 — compared with times without a zone
_LATEST: Final = datetime(9999, 12, 29)  # noqa: DTZ001
_BEGINNING: Final = (datetime(1, 1, 1), 0)  # noqa: DTZ001 — compared with instants without a zone


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot's time as restic wrote it.

    wall        date and time of the text, without a zone and to the second.
    offset      the offset of the text's zone from UTC.
    nanosecond  the fraction of the second.
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
        """Return the sort key of the instant, to the nanosecond."""
        return self.wall - self.offset, self.nanosecond

    def in_zone(self, zone: tzinfo) -> "Moment":
        """Return the same instant with the wall clock of another zone."""
        instant = self.wall - self.offset
        offset = _offset(instant, zone)
        return Moment(instant + offset, offset, self.nanosecond)

    @property
    def epoch_ms(self) -> int:
        """Return the milliseconds since the epoch, rounded down."""
        seconds = int((self.wall - self.offset).replace(tzinfo=UTC).timestamp())
        return seconds * 1000 + self.nanosecond // 1_000_000


@dataclass(slots=True)
class _Bucket:
    """The state of one counting rule during the walk through the history."""

    reason: str
    left: int
    key: Callable[[Moment, int], int]
    last: int = -1

    def takes(self, moment: Moment, index: int, *, is_oldest: bool) -> str | None:
        """Return the reason to keep a snapshot, or None; a used-up rule keeps none."""
        if self.left <= 0:
            return None
        value = self.key(moment, index)
        if value == self.last and not is_oldest:
            return None
        # A rule with counts left also keeps the oldest snapshot, for the longest history.
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
    pace: Pace = iter,
) -> dict[str, list[str]]:
    """Return restic's keep reasons of each snapshot of ONE group; no reasons mean "remove".

    now     snapshots later than this do not anchor `keep within`.
    zone    the local time zone of the process that runs restic (its TZ).
    pace    iterates over long lists, if needed with pauses for other threads.

    A policy without rules gives no reasons at all; restic would refuse to run. The order of two
    snapshots of the same instant is not defined.

    Source: restic 0.18, internal/restic/snapshot_policy.go. Tests:
    tests/integration/repositories/test_forget_policy.py, which compares it with restic itself.
    """
    newest_first = sorted(snapshots, key=lambda item: item[1].order, reverse=True)
    buckets = _buckets(policy)
    earliest, within = _within([moment for _, moment in newest_first], policy, now, zone)
    kept: dict[str, list[str]] = {}
    for index, (snapshot_id, moment) in enumerate(pace(newest_first)):
        is_oldest = index == len(newest_first) - 1
        reasons = [bucket.takes(moment, index, is_oldest=is_oldest) for bucket in buckets]
        if earliest is not None and moment.order > earliest:
            reasons.insert(0, within)
        kept[snapshot_id] = [reason for reason in reasons if reason is not None]
    return kept


def is_suspect(files: int, trusted_files: int | None) -> bool:
    """Return True if a snapshot has so few files that retention must not count it (T8).

    That is no file at all, or fewer than half of the files of the last trusted snapshot.

    trusted_files   None if there is no trusted snapshot. 0 after a user accepted an empty
                    snapshot: then further empty snapshots are not suspect.
    """
    if files == 0:
        return trusted_files != 0
    return trusted_files is not None and files * 2 < trusted_files


@dataclass(frozen=True, slots=True)
class Counted:
    """The facts about one snapshot that decide whether it is suspect.

    files           its number of files; None if unknown. Then it is trusted, but not a reference
                    for others.
    is_suspect      None if not decided yet.
    is_incomplete   some files could not be read, so it has fewer files than the source.
    """

    snapshot_id: str
    files: int | None
    is_suspect: bool | None
    is_incomplete: bool = False


def suspects(history: Iterable[Counted]) -> set[str]:
    """Return the suspect snapshots of one schedule, each compared with the trusted ones before it.

    history     oldest first.
    """
    return _walk(history)[0]


def trusted_files(history: Iterable[Counted]) -> int | None:
    """Return the number of files that the next snapshot of a schedule is compared with.

    It is the number of the last trusted snapshot. An incomplete one does not lower it, because the
    missing files are still expected, unless a user has accepted it.

    history     oldest first.
    """
    return _walk(history)[1]


def _walk(history: Iterable[Counted]) -> tuple[set[str], int | None]:
    found: set[str] = set()
    measure: int | None = None
    for one in history:
        looks_suspect = one.files is not None and is_suspect(one.files, measure)
        if looks_suspect if one.is_suspect is None else one.is_suspect:
            found.add(one.snapshot_id)
        elif one.files is not None:
            # A user accepted a snapshot that looks suspect but is not marked so.
            is_lower_bound = one.is_incomplete and not looks_suspect
            measure = max(one.files, measure or 0) if is_lower_bound else one.files
    return found, measure


def cleared(history: Iterable[Counted], accepted_id: str) -> set[str]:
    """Return the snapshots that are no longer suspect after a user accepts one of them.

    These are the accepted one and the later ones that were suspect only by comparison with the
    former reference.

    history     oldest first, each with `is_suspect` decided.
    """
    before = list(history)
    position = [one.snapshot_id for one in before].index(accepted_id)
    after = [
        *before[:position],
        replace(before[position], is_suspect=False),
        *(
            replace(one, is_suspect=None if one.is_suspect else False)
            for one in before[position + 1 :]
        ),
    ]
    return {one.snapshot_id for one in before if one.is_suspect} - suspects(after)


def plan_of_schedule(
    snapshots: Iterable[tuple[str, Moment]],
    policy: RetentionPolicy,
    *,
    now: Moment,
    zone: tzinfo,
    incomplete: Collection[str] = (),
    pace: Pace = iter,
) -> dict[str, list[str]]:
    """Return the keep reasons of each snapshot of one schedule, by the days of its zone.

    Snapshots dated in the future are kept and count for no rule: after one run with a wrong clock
    the rules would otherwise keep that snapshot and remove every later backup.

    zone        the schedule's zone: a snapshot written with another offset counts for its day in
                this zone.
    incomplete  ids of incomplete snapshots. The policy is applied to them apart, so they never
                displace a complete one, and their number stays bounded.
    pace        see `plan`.
    """
    groups: tuple[list[tuple[str, Moment]], ...] = ([], [])
    kept: dict[str, list[str]] = {}
    latest = latest_counted(now)
    for snapshot_id, moment in pace(snapshots):
        if moment.order > latest:
            kept[snapshot_id] = [FUTURE]
        else:
            groups[snapshot_id in incomplete].append((snapshot_id, moment.in_zone(zone)))
    for group in filter(None, groups):
        kept |= plan(group, policy, now=now, zone=zone, pace=pace)
    return kept


def latest_counted(now: Moment) -> tuple[datetime, int]:
    """Return the latest time, as `Moment.order`, at which a snapshot counts for the rules."""
    instant, nanosecond = now.order
    return instant + CLOCK_TOLERANCE, nanosecond


def categories(reasons: Iterable[str]) -> list[str]:
    """Return restic's reasons as the API names them: last, hourly … yearly, and within."""
    rules = (reason for reason in reasons if reason != FUTURE)
    words = (reason.removeprefix("oldest ").split(" ")[0] for reason in rules)
    return list(dict.fromkeys(words))


def _buckets(policy: RetentionPolicy) -> list[_Bucket]:
    def week(moment: Moment, _: int) -> int:
        year, number, _day = moment.wall.isocalendar()
        return year * 100 + number

    return [
        _Bucket("last snapshot", policy.keep_last or 0, lambda _, index: index),
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
    """Return the instant after which snapshots are kept, and restic's reason."""
    match = _DURATION.fullmatch(policy.keep_within_duration or "")
    if match is None or not any(int(part or 0) for part in match.groups()):
        return None, ""
    years, months, days, hours = (int(part or 0) for part in match.groups())
    parts = zip((years, months, days, hours), "ymdh", strict=True)
    reason = "within " + "".join(f"{count}{unit}" for count, unit in parts if count)
    latest = next((moment for moment in newest_first if moment.order < now.order), None)
    if latest is None:
        # With no snapshot in the past, restic counts from the year 1, so it keeps all.
        return _BEGINNING, reason
    try:
        anchor = _add_date(latest, zone, years=years, months=months, days=days)
        return (anchor - timedelta(hours=hours), latest.nanosecond), reason
    except (OverflowError, ValueError):
        return _BEGINNING, reason


def _add_date(moment: Moment, zone: tzinfo, *, years: int, months: int, days: int) -> datetime:
    """Go back in the calendar as Go's AddDate does; return the UTC instant without a zone.

    Go overflows instead of clamping (one month before 31 March is 3 March) and reads the wall
    clock in the local zone if the text's offset is the local one at that instant.
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
    """Return the offset of a zone at an instant given in UTC without a zone."""
    if isinstance(zone, timezone):
        return zone.utcoffset(None)
    return instant.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()
