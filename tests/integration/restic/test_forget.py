"""Retention over real snapshots: one schedule's tag, one group, and never everything."""

import subprocess
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.restic_forget import plan_of_restic
from zerobyte.contract.restic_output import ForgetPlan, KeepReason
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import clock
from zerobyte.core.errors import Invalid
from zerobyte.restic import SnapshotMissing, forget, ls, snapshots, tag
from zerobyte.restic import backup as backups

MINE, OTHER = "mine0001", "other001"


def save(repository, source, tag: str, time: str, host: str = "h", zone: str = "UTC") -> None:
    """A backup at a given time, which no schedule can ask for."""
    with repository.session() as session:
        subprocess.run(
            [
                *("restic", "backup", "--quiet", "--no-scan", f"--tag={tag}"),
                *(f"--time={time}", f"--host={host}", str(source)),
            ],
            check=True,
            env={**session._location.env, "PATH": "/usr/bin:/bin", "TZ": zone},
        )


async def ids(repository, tag: str) -> list[str]:
    return [record.id for record in await snapshots.run(repository, tag=tag)]


@pytest.fixture
def filled(repository, source):
    """Five snapshots of one schedule, two with tags of people and one of another host; one of
    another schedule."""
    save(repository, source, MINE, "2026-01-01 10:00:00")
    save(repository, source, f"{MINE},important", "2026-01-02 10:00:00")
    save(repository, source / "sub", f"{MINE},a b", "2026-01-03 10:00:00")
    save(repository, source, MINE, "2026-01-04 10:00:00", host="renamed")
    save(repository, source, MINE, "2026-01-04 11:00:00")
    save(repository, source, OTHER, "2026-01-01 09:00:00")
    return repository


async def test_t10_tags_hosts_and_paths_do_not_split_a_schedules_group(filled):
    mine = await ids(filled, MINE)
    plan = await forget.plan(filled, RetentionPolicy(keep_last=2), tag=MINE)
    assert [reason.snapshot_id for reason in plan.keep] == mine[:2:-1]
    assert plan.keep[0].matches == ["last snapshot"]
    assert sorted(plan.remove) == sorted(mine[:3])
    assert await ids(filled, MINE) == mine, "a plan changes nothing"

    await forget.apply(filled, plan)
    assert await ids(filled, MINE) == mine[3:]
    assert len(await ids(filled, OTHER)) == 1, "another schedule's snapshots stay"


async def test_t10_restic_and_our_model_agree_on_the_group_of_a_tag(filled):
    for policy in (RetentionPolicy(keep_last=2), RetentionPolicy(keep_within_duration="1d2h")):
        ours = await forget.plan(filled, policy, tag=MINE)
        by_restic = await plan_of_restic(filled, policy, tag=MINE)
        assert ours.keep == by_restic.keep
        assert sorted(ours.remove) == sorted(by_restic.remove)


async def test_t13_keep_within_counts_from_the_newest_snapshot(filled):
    mine = await ids(filled, MINE)
    plan = await forget.plan(filled, RetentionPolicy(keep_within_duration="1d2h"), tag=MINE)
    assert {reason.snapshot_id for reason in plan.keep} == set(mine[2:])
    assert set(plan.remove) == set(mine[:2])
    assert any("within 1d2h" in match for match in plan.keep[0].matches)


async def test_t8_a_protected_snapshot_counts_for_no_rule(filled):
    mine = [one.id for one in await snapshots.run(filled, tag=MINE)]
    newest = mine[-1]
    plan = await forget.plan(filled, RetentionPolicy(keep_last=1), tag=MINE, protected_ids={newest})
    kept = {reason.snapshot_id: reason.matches for reason in plan.keep}
    assert kept == {newest: ["protected"], mine[-2]: ["last snapshot"]}
    assert set(plan.remove) == set(mine) - set(kept)


async def test_t8_unknown_snapshot_is_protected_if_it_is_suspect(repository, source, tmp_path):
    (tmp_path / "empty").mkdir()
    save(repository, source, MINE, "2026-01-01 10:00:00")
    save(repository, tmp_path / "empty", MINE, "2026-01-05 10:00:00")
    good, lost = await ids(repository, MINE)

    async def kept(**known):
        plan = await forget.plan(repository, RetentionPolicy(keep_last=1), tag=MINE, **known)
        return {reason.snapshot_id: reason.matches for reason in plan.keep}

    assert await kept(trusted_ids=[good]) == {lost: ["protected"], good: ["last snapshot"]}
    assert await kept(trusted_ids=[good, lost]) == {lost: ["last snapshot"]}
    assert await kept() == {lost: ["last snapshot"]}


async def test_protected_snapshots_stay_with_their_reason(filled):
    mine = await ids(filled, MINE)
    plan = await forget.plan(
        filled, RetentionPolicy(keep_daily=1), tag=MINE, protected_ids={mine[0]}
    )
    assert KeepReason(snapshot_id=mine[0], matches=["protected"]) in plan.keep
    assert mine[0] not in plan.remove


async def test_t11_a_policy_or_plan_that_keeps_nothing_removes_nothing(filled):
    mine = await ids(filled, MINE)
    for policy in (RetentionPolicy(), RetentionPolicy(keep_last=0, keep_daily=0)):
        with pytest.raises(Invalid):
            await forget.plan(filled, policy, tag=MINE)
    with pytest.raises(Invalid, match="keeps no snapshot"):
        await forget.apply(filled, ForgetPlan(keep=[], remove=mine))
    contradiction = ForgetPlan(keep=[KeepReason(snapshot_id=mine[0], matches=[])], remove=mine)
    with pytest.raises(Invalid, match="contradicts"):
        await forget.apply(filled, contradiction)
    # A schedule whose snapshots are all gone: an empty plan, and no run at all.
    nothing = await forget.plan(filled, RetentionPolicy(keep_last=1), tag="absent00")
    assert nothing == ForgetPlan()
    await forget.apply(filled, nothing)
    assert await ids(filled, MINE) == mine


async def test_snapshots_are_removed_by_id_and_words_are_refused(filled):
    mine = await ids(filled, MINE)
    with pytest.raises(Invalid):
        await forget.by_ids(filled, ["latest"])
    gone = await forget.by_ids(filled, [mine[1][:8], "f" * 64])
    assert gone == [mine[1]]
    assert await forget.by_ids(filled, [mine[1]]) == [], "a repeated call succeeds"
    assert await ids(filled, MINE) == [mine[0], *mine[2:]]


async def test_missing_and_empty_snapshots_differ(repository, tmp_path):
    (tmp_path / "empty").mkdir()
    summary = await backups.run(repository, tmp_path / "empty", tag=MINE, hostname="h")
    inside = ls.run(repository, summary.snapshot_id, path=str(tmp_path / "empty"))
    assert [node async for node in inside] == []
    with pytest.raises(SnapshotMissing):
        async for _ in ls.run(repository, "f" * 64):
            pass


async def test_incomplete_snapshots_never_make_retention_remove_the_newest_complete_one(
    repository, source
):
    save(repository, source, MINE, "2026-01-01 10:00:00")
    save(repository, source, MINE, "2026-01-02 10:00:00")
    save(repository, source, f"{MINE},incomplete", "2026-01-03 10:00:00")
    save(repository, source, f"{MINE},incomplete", "2026-01-04 10:00:00")
    save(repository, source, MINE, "2026-01-04 11:00:00")
    save(repository, source, MINE, "2026-01-05 10:00:00")
    old, complete, older_partial, partial, indexed_partial, newest = await ids(repository, MINE)
    plan = await forget.plan(
        repository,
        RetentionPolicy(keep_last=1),
        tag=MINE,
        protected_ids={newest},
        incomplete_ids={indexed_partial},
        zone=ZoneInfo("UTC"),
    )
    kept = {reason.snapshot_id: reason.matches for reason in plan.keep}
    assert kept == {
        complete: ["last snapshot"],
        indexed_partial: ["last snapshot"],
        newest: ["protected"],
    }
    assert set(plan.remove) == {old, older_partial, partial}, "incomplete ones stay bounded"
    await forget.apply(repository, plan)
    assert set(await ids(repository, MINE)) == set(kept)


async def test_the_days_of_a_policy_are_those_of_the_schedules_zone(repository, source):
    tokyo, policy = ZoneInfo("Asia/Tokyo"), RetentionPolicy(keep_daily=2)
    for hour in (10, 14, 16):
        save(repository, source, MINE, f"2026-01-01 {hour}:00:00", zone="UTC")
    morning, evening, night = await ids(repository, MINE)
    in_tokyo = await forget.plan(repository, policy, tag=MINE, zone=tokyo)
    assert [reason.snapshot_id for reason in in_tokyo.keep] == [night, evening]
    assert in_tokyo.remove == [morning]
    in_utc = await forget.plan(repository, policy, tag=MINE, zone=ZoneInfo("UTC"))
    assert in_utc.remove == [evening]


@pytest.mark.parametrize("name", ["Asia/Tokyo", "America/New_York", "UTC"])
async def test_restic_and_our_model_agree_on_the_days_of_a_zone(repository, source, name):
    for day, hour in ((1, 10), (1, 23), (2, 0), (2, 9), (3, 1)):
        save(repository, source, MINE, f"2026-03-{day:02} {hour:02}:30:00", zone=name)
    there = replace(repository, tools=replace(repository.tools, timezone=name))
    for policy in (
        RetentionPolicy(keep_daily=2),
        RetentionPolicy(keep_hourly=3, keep_weekly=1),
        RetentionPolicy(keep_within_duration="1d"),
    ):
        by_restic = await plan_of_restic(there, policy, tag=MINE)
        ours = await forget.plan(there, policy, tag=MINE, zone=ZoneInfo(name))
        assert ours.keep == by_restic.keep
        assert sorted(ours.remove) == sorted(by_restic.remove)


def from_now(**ahead: float) -> str:
    """A time for `save`, as far from the present as a `timedelta` says."""
    return (clock.now() + timedelta(**ahead)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    "policy", [{"keep_last": 1}, {"keep_daily": 1}, {"keep_yearly": 1}, {"keep_hourly": 1}]
)
async def test_a_snapshot_dated_in_the_future_displaces_no_later_backup(repository, source, policy):
    """The clock was ahead during one run, and is right again."""
    save(repository, source, MINE, from_now(days=-800))
    save(repository, source, MINE, from_now(days=400))
    save(repository, source, MINE, from_now(minutes=-1))
    old, newest, future = sorted(
        await snapshots.run(repository, tag=MINE), key=lambda record: record.time
    )
    plan = await forget.plan(repository, RetentionPolicy(**policy), tag=MINE, zone=ZoneInfo("UTC"))
    kept = {reason.snapshot_id: reason.matches for reason in plan.keep}
    assert kept.pop(future.id) == ["dated in the future"]
    assert set(kept) == {newest.id}
    assert plan.remove == [old.id], "it counts for no rule"


async def test_a_snapshot_a_little_ahead_of_the_clock_counts_as_others_do(repository, source):
    save(repository, source, MINE, from_now(days=-1))
    save(repository, source, MINE, from_now(minutes=2))
    old, newest = await ids(repository, MINE)
    plan = await forget.plan(
        repository, RetentionPolicy(keep_last=1), tag=MINE, zone=ZoneInfo("UTC")
    )
    assert plan.keep == [KeepReason(snapshot_id=newest, matches=["last snapshot"])]
    assert plan.remove == [old]


async def test_retention_keeps_the_snapshot_of_the_run_it_follows_when_the_clock_was_behind(
    repository, source
):
    """The backup of a machine whose clock fell back to 2020 is the oldest by its time."""
    save(repository, source, MINE, from_now(days=-2))
    save(repository, source, MINE, from_now(days=-1))
    save(repository, source, MINE, "2020-01-01 00:00:00")
    behind, old, newest = sorted(
        await snapshots.run(repository, tag=MINE), key=lambda record: record.time
    )

    async def kept(*latest: str) -> dict[str, list[str]]:
        plan = await forget.plan(
            repository,
            RetentionPolicy(keep_last=1),
            tag=MINE,
            latest_ids=latest,
            zone=ZoneInfo("UTC"),
        )
        assert sorted(plan.remove) == sorted(
            {behind.id, old.id, newest.id} - {reason.snapshot_id for reason in plan.keep}
        )
        return {reason.snapshot_id: reason.matches for reason in plan.keep}

    assert await kept() == {newest.id: ["last snapshot"]}
    assert await kept(behind.id) == {newest.id: ["last snapshot"], behind.id: ["latest run"]}
    assert await kept(newest.id) == {newest.id: ["last snapshot"]}
    [edited] = await tagged(repository, behind.id)
    behind = edited
    assert behind.id in await kept(str(edited.original)), "known by the id that it had before"


async def tagged(repository, snapshot_id: str):
    """Add a tag by hand, which gives the snapshot another id; its record after that."""
    new = await tag.run(repository, snapshot_id, add="important")
    return await snapshots.run(repository, ids=(new,))


async def test_a_suspect_snapshot_that_was_tagged_by_hand_stays_suspect(
    repository, source, tmp_path
):
    """Its id is another one until the index reads the list again."""
    (tmp_path / "empty").mkdir()
    save(repository, source, MINE, "2026-01-01 10:00:00")
    save(repository, tmp_path / "empty", MINE, "2026-01-02 10:00:00")
    good, suspect = await ids(repository, MINE)
    [edited] = await tagged(repository, suspect)
    for known in ({"protected_ids": [suspect]}, {"trusted_ids": [good]}):
        plan = await forget.plan(
            repository, RetentionPolicy(keep_last=1), tag=MINE, zone=ZoneInfo("UTC"), **known
        )
        kept = {reason.snapshot_id: reason.matches for reason in plan.keep}
        assert kept == {good: ["last snapshot"], edited.id: ["protected"]}, known
        assert plan.remove == []
    accepted = await forget.plan(
        repository, RetentionPolicy(keep_last=1), tag=MINE, trusted_ids=[good, suspect]
    )
    assert accepted.remove == [good], "what a person accepted stays accepted"


async def test_an_incomplete_snapshot_without_the_tag_stays_incomplete_when_tagged_by_hand(
    repository, source
):
    save(repository, source, MINE, "2026-01-01 10:00:00")
    save(repository, source, MINE, "2026-01-02 10:00:00")
    good, partial = await ids(repository, MINE)
    [edited] = await tagged(repository, partial)
    plan = await forget.plan(
        repository,
        RetentionPolicy(keep_last=1),
        tag=MINE,
        incomplete_ids=[partial],
        zone=ZoneInfo("UTC"),
    )
    assert {reason.snapshot_id for reason in plan.keep} == {good, edited.id}
    assert plan.remove == []
