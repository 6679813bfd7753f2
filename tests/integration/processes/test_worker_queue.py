"""Which runs a worker takes from its queue, in which order, and when."""

import pytest

from tests.integration.processes.past import plan_in_the_past
from zerobyte.contract.control_plane import RunAnnouncement
from zerobyte.core import ids


def test_missed_runs_of_a_cron_rule_are_coalesced(
    plane, engine, start_worker, worker_data, prefect_server
):
    """Runs that a cron planned while no worker was there; a run by hand is never dropped (T35)."""
    schedule = ids.short_id()
    engine.put(schedule)
    task = ids.uuid7()
    plane.jobs[task] = worker_data.job(task, schedule, trigger="scheduled")
    plane.schedules[schedule] = [task]
    missed = plan_in_the_past(engine, schedule, count=3)

    start_worker()

    states = [engine.ended(run) for run in missed]
    assert [state["name"] for state in states] == ["Coalesced", "Coalesced", "Completed"]
    assert plane.reports[task].status == "succeeded"
    with prefect_server.rest() as rest:
        assert rest.get(f"/flow_runs/{missed[-1]}").json()["name"] == "family photos · scheduled"


@pytest.mark.timeout(600)
def test_t5_due_runs_after_an_outage_start_in_order_within_the_slot_limit(
    plane, engine, start_worker, worker_data
):
    """One schedule that missed many runs does not keep the others from theirs."""
    waits = {"first": 60, "second": 30}
    tasks = {}
    for name, minutes in waits.items():
        schedule = ids.short_id()
        tasks[name] = ids.uuid7()
        plane.jobs[tasks[name]] = worker_data.job(tasks[name], schedule, trigger="scheduled")
        plane.schedules[schedule] = [tasks[name]]
        engine.put(schedule)
        missed = 2 if name == "first" else 1
        plan_in_the_past(engine, schedule, count=missed, minutes_ago=minutes)

    start_worker(ZEROBYTE_WORKER_CONCURRENCY="1")

    plane.wait_for(lambda: len(plane.reports) == len(waits), 240)
    in_turn = [tasks[name] for name in waits]
    assert plane.order == [(what, task) for task in in_turn for what in ("claim", "finish")]
    assert {report.outcome for report in plane.reports.values()} == {"success"}
    due = [claim.due_at for claim in plane.claims]
    assert due == sorted(due)
    assert None not in due


def test_announced_run_starts_without_a_poll_and_once_only(
    plane, engine, start_worker, worker_data
):
    """The announcement names a run that is not on the worker's queue, so no poll can find it."""
    schedule, task = ids.short_id(), ids.uuid7()
    plane.jobs[task] = worker_data.job(task, schedule)
    engine.put(schedule)
    start_worker()
    run = engine.queue_elsewhere("backup", schedule, task_id=task)

    announcement = RunAnnouncement(
        flow="backup", flow_run_id=run, name="by hand", task_id=task, schedule_id=schedule
    )
    plane.announce(announcement)
    plane.announce(announcement)

    state = engine.ended(run)
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    assert [claim.task_id for claim in plane.claims] == [task]
    assert plane.reports[task].status == "succeeded"
    assert engine.state_names(run) == ["Scheduled", "Pending", "Running", "Completed"]
    engine.steps(run, "preflight", "restic backup")
