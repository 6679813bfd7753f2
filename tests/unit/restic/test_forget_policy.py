"""The policy's arithmetic where a person can check it; restic itself checks the rest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.contract.retention import RetentionPolicy
from zerobyte.restic.forget_policy import (
    Counted,
    Moment,
    categories,
    cleared,
    plan,
    suspects,
    trusted_files,
)

NOW = Moment.parse("2026-06-01T12:00:00Z")


def moments(*texts: str) -> list[tuple[str, Moment]]:
    return [(text, Moment.parse(text)) for text in texts]


def kept(policy: RetentionPolicy, *texts: str, zone: str = "UTC") -> list[str]:
    found = plan(moments(*texts), policy, now=NOW, zone=ZoneInfo(zone))
    return sorted(text for text, reasons in found.items() if reasons)


def counted(history: Iterable[tuple[str, int | None, bool | None]]) -> list[Counted]:
    return [Counted(*one) for one in history]


def test_a_policy_without_rules_keeps_everything_and_names_no_reason() -> None:
    found = plan(moments("2026-01-01T00:00:00Z"), RetentionPolicy(keep_last=0), now=NOW)
    assert found == {"2026-01-01T00:00:00Z": []}


def test_no_snapshots_make_an_empty_plan() -> None:
    assert plan([], RetentionPolicy(keep_last=3, keep_within_duration="1d"), now=NOW) == {}


def test_a_day_ends_at_midnight_of_the_snapshots_own_zone() -> None:
    texts = ("2026-01-01T23:30:00+09:00", "2026-01-02T00:30:00+09:00", "2026-01-02T01:00:00+09:00")
    policy = RetentionPolicy(keep_daily=5)
    assert kept(policy, *texts) == [texts[0], texts[2]]


def test_a_rule_with_counts_left_keeps_the_oldest_too() -> None:
    texts = ("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z")
    found = plan(moments(*texts), RetentionPolicy(keep_daily=2), now=NOW)
    assert found[texts[0]] == ["oldest daily snapshot"]
    assert found[texts[1]] == []
    assert kept(RetentionPolicy(keep_daily=1), *texts) == [texts[2]]


def test_the_iso_week_decides_at_the_turn_of_the_year() -> None:
    """T12: 29 December 2025 to 4 January 2026 are one week of the year 2026."""
    same_week = ("2025-12-29T00:00:00Z", "2026-01-04T23:00:00Z")
    policy = RetentionPolicy(keep_weekly=1)
    assert kept(policy, *same_week) == [same_week[1]]
    policy = RetentionPolicy(keep_weekly=2)
    assert kept(policy, *same_week, "2026-01-05T00:00:00Z") == [
        same_week[1],
        "2026-01-05T00:00:00Z",
    ]


def test_within_counts_from_the_newest_snapshot_and_not_from_today() -> None:
    """T12: a machine that was off for weeks loses nothing for it."""
    policy = RetentionPolicy(keep_within_duration="2d")
    texts = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00.5Z", "2026-01-04T00:00:00Z")
    assert kept(policy, *texts) == list(texts[1:])


def test_a_snapshot_from_the_future_does_not_push_the_others_out() -> None:
    policy = RetentionPolicy(keep_within_duration="7d")
    texts = ("2026-05-31T00:00:00Z", "2027-01-01T00:00:00Z")
    assert kept(policy, *texts) == list(texts)
    assert kept(policy, "2027-01-01T00:00:00Z") == ["2027-01-01T00:00:00Z"]


def test_absurd_durations_keep_everything() -> None:
    policy = RetentionPolicy(keep_within_duration="9999y")
    assert kept(policy, "2026-01-01T00:00:00Z", "1990-01-01T00:00:00Z") == [
        "1990-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
    ]


def test_reasons_become_the_words_of_the_api() -> None:
    reasons = ["within 1y", "last snapshot", "oldest daily snapshot", "daily snapshot"]
    assert categories(reasons) == ["within", "last", "daily"]


def test_a_moment_keeps_nanoseconds_and_refuses_other_texts() -> None:
    moment = Moment.parse("2026-01-01T00:00:00.123456789+02:00")
    assert moment.nanosecond == 123456789
    assert moment.epoch_ms == 1767218400123
    for wrong in ("2026-01-01", "", "2026-01-01T00:00:00"):
        with pytest.raises(ValueError):
            Moment.parse(wrong)


_HISTORIES = st.lists(
    st.integers(0, 5 * 365 * 24 * 60).map(
        lambda minutes: (datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).isoformat()
    ),
    unique=True,
    max_size=40,
)
_COUNTS = st.one_of(st.none(), st.integers(0, 5))


@given(_HISTORIES, _COUNTS, _COUNTS, _COUNTS, st.sampled_from([None, "1d", "3m", "1y2m3d4h"]))
def test_the_newest_stays_and_no_rule_keeps_more_than_it_says(
    texts: list[str], last: int | None, daily: int | None, weekly: int | None, within: str | None
) -> None:
    """T11: whatever the rules say, a plan with one never empties a history."""
    policy = RetentionPolicy(
        keep_last=last, keep_daily=daily, keep_weekly=weekly, keep_within_duration=within
    )
    found = plan(moments(*texts), policy, now=NOW)
    assert set(found) == set(texts)
    reasons = [reason for some in found.values() for reason in some]
    for word, count in (("last", last), ("daily", daily), ("weekly", weekly)):
        assert sum(categories([reason]) == [word] for reason in reasons) <= (count or 0)
    if texts and policy.has_rules():
        newest = max(texts, key=lambda text: Moment.parse(text).order)
        assert found[newest]


def test_t8_each_snapshot_is_measured_by_the_last_one_before_it_that_was_trusted():
    history = [
        ("a", 0, None), ("b", 100, None), ("c", 49, None), ("d", 50, None), ("e", None, None),
        ("f", 24, None), ("g", 25, None),
    ]  # fmt: skip
    assert suspects(counted(history)) == {"a", "c", "f"}
    known = [("a", 100, False), ("b", 10, False), ("c", 6, True), ("d", 5, None), ("e", 2, None)]
    assert suspects(counted(known)) == {"c", "e"}
    assert suspects([]) == set()


_COUNTS_OF_FILES = st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=12)


@given(_COUNTS_OF_FILES, st.data())
def test_t8_an_accepted_snapshot_measures_what_follows_it_and_nothing_before_it(
    files: list[int | None], data: st.DataObject
) -> None:
    names = [str(number) for number in range(len(files))]
    before = suspects(Counted(name, count, None) for name, count in zip(names, files, strict=True))
    accepted = data.draw(st.sampled_from(names))
    snapshots = [(name, count, name in before) for name, count in zip(names, files, strict=True)]
    found = cleared(counted(snapshots), accepted)
    assert found <= before
    assert (accepted in found) == (accepted in before)
    place = int(accepted)
    assert not found & set(names[:place])
    if accepted not in before:
        assert not found
        return
    # What follows is judged as if the accepted one had been trusted from the beginning.
    history = [
        (name, count, name in before if number < place else None if number > place else False)
        for number, (name, count) in enumerate(zip(names, files, strict=True))
    ]
    assert before - found == suspects(counted(history)) & before
    # A repeated acceptance changes nothing.
    again = [(name, count, name in before - found) for name, count, _ in snapshots]
    assert cleared(counted(again), accepted) == set()


def test_t8_an_empty_snapshot_is_suspect_unless_the_one_before_was_accepted_as_empty() -> None:
    snapshots = [("a", 100, False), ("b", 0, True), ("c", 0, True), ("d", 3, True), ("e", 1, True)]
    assert cleared(counted(snapshots), "b") == {"b", "c", "d"}
    assert suspects(counted([("a", 0, None), ("b", 0, None)])) == {"a", "b"}


def test_an_incomplete_snapshot_lowers_no_measure_that_a_complete_one_has_set() -> None:
    """Half of a volume was unreadable once, and is not even mounted at the next run."""
    history = [
        Counted("complete", 1000, None),
        Counted("unreadable", 550, None, is_incomplete=True),
        Counted("half", 300, None),
    ]
    assert trusted_files(history[:2]) == 1000
    assert suspects(history) == {"half"}
    assert suspects(history[1:]) == set(), "an incomplete one measures where there is no other"


def test_an_incomplete_snapshot_raises_the_measure_of_a_source_that_grew() -> None:
    history = [Counted("complete", 10, None), Counted("grown", 1000, None, is_incomplete=True)]
    assert trusted_files(history) == 1000
    assert suspects([*history, Counted("lost", 40, None)]) == {"lost"}
    assert trusted_files([*history, Counted("again", 600, None)]) == 600


def test_an_incomplete_snapshot_that_a_person_accepted_is_the_measure_from_then_on() -> None:
    history = [
        Counted("complete", 1000, False),
        Counted("less", 400, True, is_incomplete=True),
        Counted("later", 390, True, is_incomplete=True),
        Counted("lost", 100, True),
    ]
    assert cleared(history, "less") == {"less", "later"}
    accepted = [replace(one, is_suspect=one.snapshot_id == "lost") for one in history]
    assert trusted_files(accepted) == 400


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_times_at_the_ends_of_the_calendar_stop_no_plan(text: str) -> None:
    moment = Moment.parse(text)
    assert abs(moment.epoch_ms) < 2**53
    for zone in ("Pacific/Kiritimati", "Pacific/Niue", "UTC"):
        assert moment.in_zone(ZoneInfo(zone)).order
        policy = RetentionPolicy(keep_hourly=2, keep_weekly=2, keep_yearly=2)
        assert text in kept(policy, text, "2026-01-01T00:00:00Z", zone=zone)
