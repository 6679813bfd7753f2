"""Model test: invariants hold for any order of user actions, clock changes, kills and restarts.

Runs 300 fixed steps. NIGHTLY=1 runs 10 000 random steps in many short walks: long walks find no
more faults, and a short walk can be minimized. SEED=... repeats a walk.
"""

import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.state_machine import ORPHAN_MS, PlatformMachine
from zerobyte.core import clock, ids
from zerobyte.core.clock_jumps import Reading
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.service import reaper

NIGHTLY = os.environ.get("NIGHTLY") == "1"
STEPS = 10_000 if NIGHTLY else 300
LENGTH, LIVES = (100, 10) if NIGHTLY else (50, 8)
"""Maximum steps of one walk, and number of walks per seed."""

SEED = int(os.environ.get("SEED") or secrets.randbelow(1_000_000)) if NIGHTLY else 2


@pytest.fixture
def state_machine(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up a walk: fake clock, seeded ids and an empty database."""
    monkeypatch.setattr(clock, "now_ms", lambda: PlatformMachine.now_ms)
    monkeypatch.setattr(
        clock, "now", lambda: datetime.fromtimestamp(PlatformMachine.now_ms / 1000, UTC)
    )
    # All clocks of the walk advance together; only rules change them.
    monkeypatch.setattr(Reading, "now", lambda: Reading(*[PlatformMachine.now_ms / 1000] * 3))
    for moment in ("created_at", "updated_at"):
        # The models bound their defaults to the real clock at import.
        monkeypatch.setattr(
            Task._meta.fields_map[moment], "default", lambda: PlatformMachine.now_ms
        )
    monkeypatch.setattr(reaper, "_COMPARE_EVERY_S", -3600 * 24)
    dice = SimpleNamespace(
        choice=PlatformMachine.dice.choice,
        randbits=PlatformMachine.dice.getrandbits,
        token_hex=lambda count: PlatformMachine.dice.randbytes(count).hex(),
    )
    monkeypatch.setattr(ids, "secrets", dice)
    PlatformMachine.template = sqlite_template
    PlatformMachine.seen = Counter()


@contextmanager
def one_life() -> Iterator[PlatformMachine]:
    """A walk with steps chosen by the test; invariants are checked by the test and at the end."""
    state_machine = PlatformMachine()
    try:
        state_machine.begin(retries=1)
        yield state_machine
    finally:
        state_machine.teardown()


@pytest.mark.parametrize("minutes", [0, -30])
def test_t13_orphaned_retention_gets_a_run_after_any_clock_change(
    state_machine: None, minutes: int
) -> None:
    with one_life() as led:
        led.create("", {}, 0, 0)
        led.run_now(0)
        led.run_now(2)
        led.the_worker_takes_what_there_is()
        led.the_worker_finishes(0, "well", twice=False)  # Its retention waits for the other backup.
        led.the_worker_is_killed(speaks_late=False)
        assert led.do(retentions_with_a_run()) == [False]
        if minutes:
            led.the_clock_jumps(minutes)
        led.the_rules_hold()
        PlatformMachine.now_ms += ORPHAN_MS
        led.the_worker_takes_what_there_is()
        led.the_rules_hold()
        assert led.do(retentions_with_a_run()) == [True]


def test_t13_retention_whose_second_run_is_killed_ends_and_blocks_no_other(
    state_machine: None,
) -> None:
    with one_life() as led:
        led.create("", {}, 0, 0)
        for _ in range(2):
            led.run_now(0)
            led.run_now(2)
            led.the_worker_takes_what_there_is()
            led.the_worker_finishes(0, "well", twice=False)  # Its retention waits for the other.
            led.the_worker_is_killed(speaks_late=False)
            led.run_now(2)
            led.the_worker_takes_what_there_is()
            PlatformMachine.now_ms += ORPHAN_MS
            led.do(
                led.model_state.services.leases.extend_all()
            )  # The worker has renewed meanwhile.
            led.the_worker_takes_what_there_is()  # The retention has a run, which is created
            led.the_worker_takes_what_there_is()  # and claimed, and waits.
            assert led.do(retentions_with_a_run())[-1]
            led.the_worker_is_killed(speaks_late=False)
            led.the_worker_takes_what_there_is()
            led.the_rules_hold()
            assert led.do(queued_retentions()) == 0


async def queued_retentions() -> int:
    return await Task.filter(kind="forget", status="queued").count()


def test_t8_retention_keeps_suspect_snapshots(state_machine: None) -> None:
    with one_life() as led:
        for how in ("well", "suspect", "well", "well"):
            led.run_now(0)
            led.the_worker_takes_what_there_is()
            led.the_worker_finishes(0, how, twice=True)
            led.the_worker_works("well")  # The follow-up retention.
            led.the_rules_hold()
        [stored] = led.model_state.repository_model.snapshots.values()
        assert [one.is_suspect for one in stored] == [True, False, False]


async def retentions_with_a_run() -> list[bool]:
    return [task.flow is not None for task in await Task.filter(kind="forget")]


KINDS = ("in time", "catching up", "a rerun", "a retry", "missed times")


@pytest.mark.timeout(7200 if NIGHTLY else 900)
def test_invariants_hold_in_any_order_of_events(
    state_machine: None, walked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    for number in range(STEPS):
        # A few walks may not meet each kind of run.
        limit = STEPS if all(PlatformMachine.seen[what] for what in KINDS) else 3 * STEPS
        if PlatformMachine.seen["step"] >= limit:
            break
        walk(SEED + number)
        capsys.readouterr()  # Show the log only after a failure.
    steps, lives, took_s = (
        PlatformMachine.seen["step"],
        PlatformMachine.seen["machine"],
        time.monotonic() - began,
    )
    walked.append(f"model: SEED={SEED}, {steps:,} steps in {lives} machines, {took_s:.0f} s")
    walked.append(f"model: {dict(sorted(PlatformMachine.seen.items()))}")
    assert steps >= STEPS
    for what in KINDS:
        assert PlatformMachine.seen[what], f"no walk saw {what}: {PlatformMachine.seen}"


def walk(number: int) -> None:
    """Run random walks; the same number runs the same walks."""
    run_state_machine_as_test(
        seed(number)(type("Life", (PlatformMachine,), {})),
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=LENGTH,
            deadline=None,
            database=None,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink) if NIGHTLY else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
