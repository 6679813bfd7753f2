"""The webhooks around a backup, with a real worker, restic and Prefect."""

import json
import threading
from types import SimpleNamespace

import pytest

from tests.integration.processes.leaks import everything_in
from zerobyte.contract.jobs import Source
from zerobyte.contract.volumes import DirectoryConfig
from zerobyte.contract.webhooks import BackupWebhooks, Webhook
from zerobyte.core import ids

PRE, POST = "/hook-canary/pre", "/hook-canary/post"


@pytest.fixture
def hooked(request, plane, engine, start_worker, worker_data):
    """One worker, and runs of a schedule that has both webhooks.

    request.param   how many seconds a webhook may take; long where none is to take too long.
    """
    schedule = ids.short_id()
    engine.put(schedule)
    limit_s = str(request.param)
    worker = start_worker(WEBHOOK_ALLOWED_ORIGINS=plane.url, WEBHOOK_TIMEOUT=limit_s)

    def start(task=None, **changes):
        plane.hooks.clear()
        plane.on_hook = lambda _: 200
        task = task or ids.uuid7()
        hooks = BackupWebhooks(
            pre=Webhook(url=plane.url + PRE, headers=["X-Token: header-canary"]),
            post=Webhook(url=plane.url + POST, headers=["X-Token: header-canary"]),
        )
        plane.jobs[task] = worker_data.job(task, schedule, **{"webhooks": hooks, **changes})
        return SimpleNamespace(
            task=task,
            go=lambda: engine.start("backup", schedule, schedule_id=schedule, task_id=task),
        )

    return SimpleNamespace(start=start, schedule=schedule, worker=worker)


def hook_calls(plane):
    """Return path and status of each hook that was called."""
    return [(path, json.loads(body).get("status")) for path, body in plane.hooks]


def snapshots(worker_data):
    return len(list((worker_data.repository / "snapshots").iterdir()))


def around_restic(plane, engine, hooked, worker_data):
    """Before restic, and after it: what is in the repository says when."""
    run, seen = hooked.start(), []
    plane.on_hook = lambda path: seen.append((path, snapshots(worker_data))) or 200
    engine_run = run.go()
    assert engine.ended(engine_run)["name"] == "Completed"
    assert seen == [(PRE, 0), (POST, 1)]
    steps = engine.steps(engine_run, "preflight", "pre hook", "restic backup", "post hook")
    assert {step["run_count"] for step in steps.values()} == {1}
    assert json.loads(plane.hooks[1][1]) == {
        "jobId": run.task,
        "scheduleId": hooked.schedule,
        "organizationId": "org-1",
        "sourcePath": str(worker_data.source),
        "phase": "post",
        "event": "backup.post",
        "status": "success",
    }


def failing_before(plane, engine, hooked, worker_data):
    """A pre hook that fails: no restic, but whatever it stopped is started again."""
    run = hooked.start()
    plane.on_hook = lambda path: 503 if path == PRE else 200
    engine_run = run.go()
    state = engine.ended(engine_run)
    assert state["type"] == "FAILED"
    assert state["message"] == "The webhook failed. See its task in Zerobyte."
    engine.steps(engine_run, "preflight", "pre hook", "post hook")
    assert hook_calls(plane) == [(PRE, None), (POST, "error")]
    assert plane.reports[run.task].error == "pre webhook returned HTTP 503"
    assert snapshots(worker_data) == 1


def hanging_after(plane, engine, hooked):
    """A post hook that hangs: ended at its limit, and the snapshot stays good, with words."""
    run, let_go = hooked.start(), threading.Event()
    plane.on_hook = lambda path: let_go.wait(120) and 200 if path == POST else 200
    state = engine.ended(run.go())
    let_go.set()
    assert (state["type"], state["name"]) == ("COMPLETED", "Warning"), state
    assert state["message"] == "The backup is complete, but the webhook after it failed."
    report = plane.reports[run.task]
    assert (report.status, report.outcome, report.error) == ("succeeded", "warning", None)
    assert report.snapshot is not None
    assert report.details == "post webhook failed: Webhook timed out after 10 seconds"


def failing_twice(plane, engine, hooked, worker_data):
    """A backup that fails, and a post hook that fails too: both in words."""
    run = hooked.start(repository=worker_data.access.model_copy(update={"password": "wrong"}))
    plane.on_hook = lambda path: 500 if path == POST else 200
    assert engine.ended(run.go())["type"] == "FAILED"
    assert hook_calls(plane) == [(PRE, None), (POST, "error")]
    assert plane.reports[run.task].error.endswith("\n\npost webhook returned HTTP 500")


def nothing_to_save(plane, engine, hooked, worker_data):
    """With a missing source no hook is called, because the backup never began."""
    gone = str(worker_data.source / "gone")
    config = DirectoryConfig(backend="directory", path=gone)
    source = Source(volume_short_id="v", volume_name="v", path=gone, config=config)
    assert engine.ended(hooked.start(source=source).go())["type"] == "FAILED"
    assert plane.hooks == []


def a_folder_replaced_meanwhile(plane, engine, hooked, worker_data):
    """A folder that becomes a link out of the allowed roots while the pre hook runs."""
    roots = worker_data.source.parent / "roots"
    volume, other = roots / "vol", worker_data.source.parent / "other"
    for folder in (volume, other):
        folder.mkdir(parents=True)
        (folder / "file").write_text("x")
    source = Source(
        volume_short_id="v",
        volume_name="v",
        path=str(volume),
        config=DirectoryConfig(backend="directory", path=str(volume)),
        allowed_roots=[str(roots)],
    )
    before = snapshots(worker_data)
    run = hooked.start(source=source)

    def replace(path):
        if path == PRE:
            volume.rename(roots / "old")
            volume.symlink_to(other)
        return 200

    plane.on_hook = replace
    assert engine.ended(run.go())["type"] == "FAILED"
    assert "lies outside the folders" in plane.reports[run.task].error
    assert snapshots(worker_data) == before


def nothing_leaks(plane, hooked, prefect_server):
    """Nothing of addresses, headers and bodies in Prefect, the worker's log, or a report (T34)."""
    hooked.worker.stop()
    logs = hooked.worker.log.read_bytes()
    reports = "".join(report.model_dump_json() for report in plane.reports.values()).encode()
    for text in (everything_in(prefect_server), logs, reports):
        assert b"hook-canary" not in text
        assert b"header-canary" not in text


@pytest.mark.parametrize("hooked", [10], indirect=True)
def test_hooks_are_called_once_and_a_failed_pre_hook_prevents_the_backup(
    plane, engine, hooked, worker_data, prefect_server
):
    """One after the other in one worker, because starting one costs seconds."""
    around_restic(plane, engine, hooked, worker_data)
    failing_before(plane, engine, hooked, worker_data)
    hanging_after(plane, engine, hooked)
    failing_twice(plane, engine, hooked, worker_data)
    nothing_to_save(plane, engine, hooked, worker_data)
    a_folder_replaced_meanwhile(plane, engine, hooked, worker_data)
    nothing_leaks(plane, hooked, prefect_server)


@pytest.mark.parametrize("hooked", [120], indirect=True)
def test_cancellation_ends_a_pre_hook_and_lets_a_post_hook_finish(
    plane, engine, hooked, worker_data
):
    run, let_go = hooked.start(), threading.Event()
    plane.on_hook = lambda path: let_go.wait(120) and 200 if path == PRE else 200
    engine_run = run.go()
    plane.wait_for(lambda: plane.hooks)
    plane.cancel(run.task)
    report = plane.wait_for(lambda: plane.reports.get(run.task))
    let_go.set()
    assert engine.ended(engine_run)["type"] == "CANCELLED"
    assert (report.status, report.error) == ("cancelled", "Task was cancelled by the user")
    assert hook_calls(plane) == [(PRE, None), (POST, "cancelled")]
    engine.steps(engine_run, "preflight", "pre hook", "post hook")

    # The snapshot exists when the wish comes: it is not lost, and neither is the hook's answer.
    run, requested = hooked.start(), threading.Event()
    plane.on_hook = lambda path: requested.wait(120) and 200 if path == POST else 200
    engine_run = run.go()
    plane.wait_for(lambda: any(path == POST for path, _ in plane.hooks))
    plane.cancel(run.task)
    engine.cancel(engine_run)
    requested.set()
    engine.ended(engine_run)
    report = plane.reports[run.task]
    assert (report.status, report.outcome) == ("succeeded", "success"), report
    assert [one["id"] for one in worker_data.restic("snapshots")[0]] == [report.snapshot.id]
