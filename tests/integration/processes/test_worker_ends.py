"""Runs that are cancelled, killed, drained or orphaned, and a second worker of a host.

Starting a worker takes seconds, so one test checks several rules with one worker.
"""

import contextlib
import signal
import socket
import socketserver
import threading
from urllib.parse import urlsplit

import psutil
import pytest

from tests.e2e.served import is_gone
from tests.integration.processes.leaks import everything_in
from zerobyte.contract.control_plane import Wait
from zerobyte.contract.jobs import BackupOptions
from zerobyte.core import ids, worker_tokens
from zerobyte.orchestration.scheduler import WORK_POOL, queue_of


@pytest.fixture
def slow(plane, engine, worker_data):
    """Start a run that takes most of a minute unless it is stopped."""
    schedule = ids.short_id()
    engine.put(schedule)

    def start():
        task = ids.uuid7()
        worker_data.grow(128)
        # Small packs, because restic finishes the one under way when it is interrupted.
        options = BackupOptions(custom_restic_params=["--limit-upload=3000", "--pack-size=4"])
        plane.jobs[task] = worker_data.job(task, schedule, options=options)
        run = engine.start("backup", schedule, schedule_id=schedule, task_id=task)
        return task, run

    return start


def is_ended(engine, run):
    """Whether a run that Prefect took for running has been ended by the worker."""
    state = engine.state(run)["type"]
    if state == "COMPLETED":  # the worker's own word of its end came later than ours
        engine.force(run, "RUNNING")
    return state == "CRASHED"


def restic_of(worker):
    """The restic processes below a worker."""
    found = []
    for child in psutil.Process(worker.process.pid).children(recursive=True):
        try:
            if child.name() == "restic" and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def backing_up(plane, worker):
    """The restic that has begun to save: it has shown progress."""
    plane.wait_for(lambda: plane.progress)
    return plane.wait_for(lambda: restic_of(worker))[0]


@pytest.fixture
def started(plane, engine, worker_data):
    """Start a run of a schedule of its own; what its claim is answered can be said."""

    def start(answer=None, *, follow_ups=(), **changes):
        schedule, task = ids.short_id(), ids.uuid7()
        engine.put(schedule)
        plane.follow_ups[task] = list(follow_ups)
        plane.jobs[task] = worker_data.job(task, schedule, **changes)
        if answer is not None:
            plane.jobs[task] = answer.model_copy(update={"task_id": task})
        return task, engine.start("backup", schedule, schedule_id=schedule, task_id=task)

    return start


def test_cancellation_ends_restic_and_no_secret_reaches_prefect(
    plane, engine, start_worker, slow, started, worker_data, prefect_server
):
    """Canaries: the password, the paths and the names of files, in good runs and bad ones (T34)."""
    (worker_data.source / "unreadable-canary").symlink_to("/proc/1/mem")
    broken = worker_data.access.model_copy(deep=True)
    broken.config.path = str(worker_data.repository / "nowhere-canary")
    worker = start_worker()
    good, good_run = started()
    bad, bad_run = started(repository=broken)
    engine.ended(good_run)
    engine.ended(bad_run)
    assert plane.reports[good].status == "succeeded"
    assert "nowhere-canary" in plane.reports[bad].error
    # Prefect may come back from an outage with a state of before: the worker knows better (T33).
    engine.force(good_run, "RUNNING")

    for cancel in ("in Prefect", "in Zerobyte"):
        plane.progress.clear()
        plane.moving.clear()
        task, run = slow()
        restic = backing_up(plane, worker)
        plane.wait_for(lambda: any(one.progress.progress.current_files for one in plane.progress))
        sent = plane.wait_for(lambda: plane.moving)[-1]
        assert (sent.task_id, sent.phase, sent.idle_ms < 60_000) == (task, "restic backup", True)
        if cancel == "in Prefect":
            engine.cancel(run)
        else:
            plane.cancel(task)
        state = engine.ended(run)
        assert (state["type"], state["name"]) == ("CANCELLED", "Cancelled"), state
        assert is_gone(restic)
        report = plane.reports[task]
        assert (report.status, report.outcome) == ("cancelled", "cancelled")
        assert report.error == "Task was cancelled by the user"
        assert worker_data.restic("list", "locks") == []

    plane.claims.clear()
    _, waiting = started(Wait(task_id="", retry_after_ms=60_000, holders=["another task"]))
    plane.wait_for(lambda: plane.claims)
    engine.cancel(waiting)
    assert engine.ended(waiting)["type"] == "CANCELLED"

    plane.wait_for(lambda: is_ended(engine, good_run))
    worker.stop()
    texts = everything_in(prefect_server)
    assert run.encode() in texts
    for canary in (
        b"canary",
        worker_data.source.parent.name.encode(),
        str(worker_data.source).encode(),
        plane.token.encode(),
    ):
        assert canary not in texts, texts[texts.index(canary) - 300 : texts.index(canary) + 100]


def test_worker_waits_for_the_api_requeues_pending_runs_and_excludes_a_second_worker(
    plane, start_worker, engine, started, prefect_server
):
    """A cancelled run never begins; one that a dead worker had taken goes back on the queue."""
    cancelled, cancelled_run = started()
    engine.cancel(cancelled_run)
    pending, pending_run = started()
    engine.force(pending_run, "PENDING")
    plane.is_silent = True
    worker = start_worker(ready=False)
    plane.wait_for(lambda: worker.has_logged("waiting: the API does not answer yet"))
    refused = plane.refused
    plane.wait_for(lambda: plane.refused >= refused + 2)
    assert worker.log.read_text().count("waiting") == 1
    plane.is_silent = False
    plane.wait_for(lambda: worker.has_logged("ready for work"))

    assert engine.ended(pending_run)["type"] == "COMPLETED"
    assert engine.ended(cancelled_run)["type"] == "CANCELLED"
    assert pending in {claim.task_id for claim in plane.claims}
    assert cancelled not in {claim.task_id for claim in plane.claims}

    second = start_worker(ready=False)
    assert second.process.wait(120) == 2
    assert second.has_logged(f"A worker for the host {plane.host} is already running here")
    assert second.has_logged(str(worker.process.pid))
    assert worker.process.poll() is None


def test_killed_worker_leaves_no_restic_and_its_run_is_ended_by_the_next(
    plane, engine, start_worker, slow, tmp_path
):
    """A killed worker leaves its run RUNNING without end (T33) and its child without an owner."""
    first = start_worker()
    _, run = slow()
    restic = backing_up(plane, first)
    first.stop(signal.SIGKILL)
    plane.wait_for(lambda: is_gone(restic))
    assert engine.state(run)["type"] == "RUNNING"
    secrets = list(tmp_path.glob("data/**/secrets-*"))
    assert secrets, "the password that the dead restic had been given"

    second = start_worker()
    assert not any(folder.exists() for folder in secrets)

    state = engine.ended(run)
    assert (state["type"], state["message"]) == ("CRASHED", "The worker that ran this is gone.")
    assert second.has_logged("ended runs of a dead worker")

    # A stop interrupts what runs, and what came of it is handed in.
    plane.progress.clear()
    task, run = slow()
    restic = backing_up(plane, second)
    assert second.stop() == 0
    assert is_gone(restic)
    report = plane.reports[task]
    assert (report.status, report.outcome) == ("failed", "stale")
    assert report.error == "Zerobyte was stopped while this ran."
    assert engine.state(run)["type"] == "FAILED"


def test_shutdown_finishes_short_jobs_and_requeues_waiting_runs(
    plane, engine, start_worker, started, worker_data
):
    worker = start_worker(ZEROBYTE_DRAIN_GRACE="600")
    turn = Wait(task_id="", retry_after_ms=200, holders=["another task"])
    waiting, waiting_run = started(turn)
    # A backup that is done and saved, and whose retention waits; the queue keeps that.
    retention = ids.uuid7()
    plane.jobs[retention] = turn.model_copy(update={"task_id": retention})
    _, saved_run = started(follow_ups=[retention])
    plane.wait_for(lambda: retention in {claim.task_id for claim in plane.claims})
    short, short_run = started()
    plane.wait_for(lambda: waiting in {claim.task_id for claim in plane.claims})
    # A claim that is answered is not yet a job that was taken; a lease that is kept is one.
    plane.wait_for(lambda: short in plane.renewed)
    assert worker.stop(limit_s=120) == 0
    assert plane.reports[short].outcome == "success"
    assert engine.state(short_run)["type"] == "COMPLETED"
    assert engine.state(waiting_run)["type"] == "SCHEDULED"
    state = engine.state(saved_run)
    assert (state["type"], state["message"]) == ("COMPLETED", "The backup is complete.")
    assert retention not in plane.reports
    # The run has begun before, so a newer run of its schedule does not coalesce it.
    due = f"/work_pools/{WORK_POOL}/get_scheduled_flow_runs"
    with engine.server.rest() as rest:
        due_runs = rest.post(due, json={"work_queue_names": [queue_of(plane.host)]}).json()
    assert [one["flow_run"]["run_count"] for one in due_runs] == [1]

    plane.jobs[waiting] = worker_data.job(waiting, ids.short_id())
    start_worker()
    assert engine.ended(waiting_run)["type"] == "COMPLETED"


def test_shutdown_interrupts_jobs_in_time_while_prefect_hangs(
    plane, start_worker, slow, prefect_server
):
    """It takes connections and never answers: Prefect's client would wait for many minutes."""
    with DeafLine(prefect_server.url) as line:
        worker = start_worker(ZEROBYTE_DRAIN_GRACE="1", PREFECT_API_URL=line.url)
        task, _ = slow()
        restic = backing_up(plane, worker)
        line.is_deaf = True
        # The worker asks Prefect for runs again and again; now it waits for the answer.
        plane.wait_for(lambda: b"get_scheduled_flow_runs" in line.lost)
        worker.process.send_signal(signal.SIGTERM)
        plane.wait_for(lambda: task in plane.reports)
        assert is_gone(restic)
        assert plane.reports[task].error == "Zerobyte was stopped while this ran."
        worker.stop(signal.SIGKILL)


class DeafLine(socketserver.ThreadingTCPServer):
    """A way to a server that takes connections and, once it is deaf, answers nothing.

    lost        the bytes that were sent meanwhile.
    """

    daemon_threads = True

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self.there = (there.hostname, there.port)
        self.is_deaf, self.lost = False, b""
        super().__init__(("127.0.0.1", 0), Carrier)
        self.url = there._replace(netloc=f"127.0.0.1:{self.server_address[1]}").geturl()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        """Ignore broken connections."""


class Carrier(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.create_connection(self.server.there) as back:
            threading.Thread(target=self.answer, args=(back,), daemon=True).start()
            while data := self.request.recv(65_536):
                if self.server.is_deaf:
                    self.server.lost += data
                else:
                    back.sendall(data)

    def answer(self, back):
        with contextlib.suppress(OSError):
            while data := back.recv(65_536):
                if not self.server.is_deaf:
                    self.request.sendall(data)


def test_worker_with_an_unknown_token_exits(plane, start_worker):
    token = worker_tokens.generate(plane.host)
    worker = start_worker(ready=False, ZEROBYTE_WORKER_TOKEN=token)
    assert worker.process.wait(120) == 2
    assert worker.has_logged("does not accept this worker's token")
