"""Runs from Prefect's queue through the worker to their end, with real restic and Prefect."""

import re

import pytest

from tests.support.restic_repository import RealRepository
from zerobyte.contract.control_plane import Refused, RunAnnouncement, Wait
from zerobyte.contract.job_reports import (
    BackupResult,
    ForgetResult,
    MirrorSyncResult,
    RestoreResult,
    TagSnapshotsResult,
)
from zerobyte.contract.jobs import (
    DeleteSnapshotsJob,
    ForgetJob,
    MirrorSyncJob,
    RestoreJob,
    Source,
    TagEdit,
    TagSnapshotsJob,
)
from zerobyte.contract.notifications import GenericConfig, NotificationTarget
from zerobyte.contract.repositories import LocalConfig
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.contract.volumes import DirectoryConfig
from zerobyte.core import ids


def test_run_reports_its_snapshot_and_completes(plane, engine, start_worker, worker_data):
    schedule, task = ids.short_id(), ids.uuid7()
    plane.jobs[task] = worker_data.job(task, schedule)
    engine.put(schedule)
    worker = start_worker(LOG_LEVEL="debug")

    run = engine.start("backup", schedule, schedule_id=schedule, task_id=task)

    state = engine.ended(run)
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    children = re.findall(r"child started program=(\S+)", worker.log.read_text())
    assert children == ["restic"], "a child more takes as long as the rest of the start"
    report = plane.reports[task]
    assert (report.status, report.outcome, report.error) == ("succeeded", "success", None)
    assert isinstance(report.result, BackupResult)
    assert report.snapshot is not None
    assert report.snapshot.tags == [schedule]
    assert [one["id"] for one in worker_data.restic("snapshots")[0]] == [report.snapshot.id]
    engine.steps(run, "preflight", "restic backup")


def copied_to_mirror(plane, engine, worker_data, folder, schedule):
    """Run a copy to a new repository, and return the ids of the copied snapshots."""
    RealRepository(folder, "canary-mirror-password")
    config = LocalConfig(backend="local", path=str(folder))
    changes = {"id": ids.uuid7(), "config": config, "password": "canary-mirror-password"}
    task = ids.uuid7()
    plane.jobs[task] = MirrorSyncJob(
        task_id=task,
        schedule_short_id=schedule,
        source=worker_data.access,
        mirror=worker_data.access.model_copy(update=changes),
    )
    state = engine.ended(engine.start("mirror", plane.host, task_id=task))
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    result = plane.reports[task].result
    assert isinstance(result, MirrorSyncResult)
    return [pair.snapshot_id for pair in result.copied]


def test_one_worker_runs_all_kinds_of_jobs(plane, engine, start_worker, worker_data, tmp_path):
    """One after the other in one worker, because starting one costs seconds."""
    schedule = ids.short_id()
    engine.put(schedule)
    start_worker()

    def run_backup(task, **changes):
        plane.jobs[task] = worker_data.job(task, schedule, **changes)
        run = engine.start("backup", schedule, schedule_id=schedule, task_id=task)
        return run, engine.ended(run)

    check_dry_run(plane, engine, worker_data, run_backup)
    first, second, forget = ids.uuid7(), ids.uuid7(), ids.uuid7()
    run_backup(first)
    plane.jobs[forget] = ForgetJob(
        task_id=forget,
        schedule_short_id=schedule,
        repository=worker_data.access,
        policy=RetentionPolicy(keep_last=1),
        prune="asOwnStep",
    )
    plane.follow_ups[second] = [forget]
    run, state = run_backup(second)
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    engine.steps(run, "preflight", "restic backup", "forget", "prune")
    result = plane.reports[forget].result
    assert isinstance(result, ForgetResult)
    assert result.pruned is True
    assert result.plan is not None
    assert result.plan.remove == [plane.reports[first].snapshot.id]
    kept = plane.reports[second].snapshot.id
    assert [one["id"] for one in worker_data.restic("snapshots")[0]] == [kept]

    restore, target = ids.uuid7(), tmp_path / "restored"
    plane.jobs[restore] = RestoreJob(
        task_id=restore,
        repository=worker_data.access,
        snapshot_id=kept,
        target=str(target),
        base_path=str(worker_data.source),
    )
    state = engine.ended(engine.start("restore", plane.host, task_id=restore))
    assert state["type"] == "COMPLETED", (state, plane.reports.get(restore))
    assert isinstance(plane.reports[restore].result, RestoreResult)
    assert (target / "secret-file-name-canary.txt").read_text() == "content"

    copied = copied_to_mirror(plane, engine, worker_data, tmp_path / "mirror", schedule)
    assert copied == [kept]
    check_tags_and_deletion(plane, engine, worker_data, kept)


def check_dry_run(plane, engine, worker_data, run_backup) -> None:
    dry = ids.uuid7()
    run, state = run_backup(dry, dry_run=True)
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    engine.steps(run, "preflight", "dry run")
    report = plane.reports[dry]
    assert isinstance(report.result, BackupResult)
    assert report.result.result is not None
    assert report.result.result.files_new > 0
    assert not report.result.result.snapshot_id
    assert report.snapshot is None
    assert worker_data.restic("snapshots") == [[]]


def check_tags_and_deletion(plane, engine, worker_data, snapshot_id: str) -> None:
    task = ids.uuid7()
    edit = TagEdit(snapshot_ids=[snapshot_id], add=["important"])
    plane.jobs[task] = TagSnapshotsJob(task_id=task, repository=worker_data.access, edits=[edit])
    state = engine.ended(engine.start("snapshots", plane.host, task_id=task))
    assert state["type"] == "COMPLETED", state
    result = plane.reports[task].result
    assert isinstance(result, TagSnapshotsResult)
    [change] = result.changes
    [tagged] = worker_data.restic("snapshots")[0]
    assert (change.snapshot_id, change.new_snapshot_id) == (snapshot_id, tagged["id"])
    assert tagged["tags"][1:] == ["important"]

    # The job names the id before the tag: the snapshot is removed all the same.
    deletion = ids.uuid7()
    plane.jobs[deletion] = DeleteSnapshotsJob(
        task_id=deletion, repository=worker_data.access, snapshot_ids=[snapshot_id]
    )
    state = engine.ended(engine.start("snapshots", plane.host, task_id=deletion))
    assert state["type"] == "COMPLETED", state
    assert worker_data.restic("snapshots") == [[]]


def test_failed_and_refused_runs_end_with_a_message(plane, engine, start_worker, worker_data):
    schedule = ids.short_id()
    engine.put(schedule)
    start_worker()

    def end_of(task):
        run = engine.start("backup", schedule, schedule_id=schedule, task_id=task)
        return engine.ended(run)

    gone = ids.uuid7()
    path = str(worker_data.source / "gone")
    plane.jobs[gone] = worker_data.job(
        gone,
        schedule,
        source=Source(
            volume_short_id="volume01",
            volume_name="photos",
            path=path,
            config=DirectoryConfig(backend="directory", path=path),
        ),
    )
    state = end_of(gone)
    assert state["type"] == "FAILED"
    assert state["message"] == "The backup was refused: the folder does not exist."
    assert path in plane.reports[gone].error

    wrong = ids.uuid7()
    plane.jobs[wrong] = worker_data.job(
        wrong, schedule, repository=worker_data.access.model_copy(update={"password": "wrong"})
    )
    state = end_of(wrong)
    assert state["type"] == "FAILED"
    assert "password is wrong" in state["message"]
    assert plane.reports[wrong].status == "failed"

    refused = ids.uuid7()
    plane.jobs[refused] = Refused(reason=f"The volume at {path} is not mounted")
    state = end_of(refused)
    assert (state["type"], state["name"]) == ("CANCELLED", "Skipped")
    assert path not in state["message"]

    suspect = ids.uuid7()
    job = worker_data.job(suspect, schedule)
    job.source.previous_files = 100
    plane.jobs[suspect] = job
    plane.follow_ups[suspect] = [ids.uuid7()]
    state = end_of(suspect)
    assert (state["type"], state["name"]) == ("COMPLETED", "Warning"), state
    assert plane.reports[suspect].is_suspect
    assert plane.reports[suspect].outcome == "warning"
    assert plane.follow_ups[suspect][0] not in {claim.task_id for claim in plane.claims}


def test_waiting_run_blocks_no_other_run_and_sends_notifications(
    plane, engine, start_worker, worker_data
):
    schedule, task = ids.short_id(), ids.uuid7()
    plane.jobs[task] = Wait(task_id=task, retry_after_ms=100, holders=["another backup"])
    engine.put(schedule)
    other = ids.uuid7()
    plane.jobs[other] = worker_data.job(other, schedule)
    start_worker(WEBHOOK_ALLOWED_ORIGINS=plane.url, ZEROBYTE_WORKER_CONCURRENCY="1")
    run = engine.start("backup", schedule, schedule_id=schedule, task_id=task)
    plane.wait_for(lambda: len(plane.claims) > 2)
    # The host has one place; what waits for a repository does not take it.
    beside = engine.start("backup", schedule, schedule_id=schedule, task_id=other)
    assert engine.ended(beside)["type"] == "COMPLETED"
    assert task not in plane.reports

    config = GenericConfig(type="generic", url=f"{plane.url}/hook", method="POST")
    target = NotificationTarget(
        destination_id=7, name="hook", config=config,
        on_start=True, on_success=True, on_warning=True, on_failure=True,
    )  # fmt: skip
    plane.jobs[task] = worker_data.job(task, schedule, targets=[target])

    assert engine.ended(run)["type"] == "COMPLETED"
    assert [[d.error for d in one.deliveries] for one in plane.deliveries] == [[None], [None]]
    assert [b"started" in body for _, body in plane.hooks] == [True, False]
    assert b"completed successfully" in plane.hooks[1][1]


def test_t5_backups_of_one_repository_do_not_hold_back_other_repositories(
    plane, engine, start_worker, worker_data, tmp_path
):
    """Two slots, and two backups into one repository before one into another."""
    may_run = tmp_path / "may-run"
    slow = tmp_path / "slow-restic"
    slow.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *backup*) while ! [ -e {may_run} ]; do sleep 0.1; done;; esac\n'
        'exec restic "$@"\n'
    )
    slow.chmod(0o755)
    other_access = worker_data.access.model_copy(update={"id": ids.uuid7(), "short_id": "repo0002"})
    runs, tasks, schedules = [], [], []
    for access in (worker_data.access, worker_data.access, other_access):
        schedules.append(ids.short_id())
        tasks.append(ids.uuid7())
        plane.jobs[tasks[-1]] = worker_data.job(tasks[-1], schedules[-1], repository=access)
        engine.put(schedules[-1], repository=access.short_id)
    start_worker(RESTIC_COMMAND=str(slow), ZEROBYTE_WORKER_CONCURRENCY="2")

    for task, schedule in zip(tasks, schedules, strict=True):
        run = engine.start("backup", schedule, schedule_id=schedule, task_id=task)
        plane.announce(
            RunAnnouncement(
                flow="backup", flow_run_id=run, name="n", task_id=task, schedule_id=schedule
            )
        )
        runs.append(run)
        if task != tasks[1]:
            plane.wait_for(lambda task=task: ("claim", task) in plane.order)

    assert tasks[1] not in {claim.task_id for claim in plane.claims}
    may_run.touch()
    assert [engine.ended(run)["type"] for run in runs] == ["COMPLETED"] * 3


def test_t1_failed_retention_leaves_the_backup_notification_unchanged(
    plane, engine, start_worker, worker_data
):
    """The API tells of the retention, as a failure of its own."""
    schedule, task, forget = ids.short_id(), ids.uuid7(), ids.uuid7()
    config = GenericConfig(type="generic", url=f"{plane.url}/hook", method="POST")
    target = NotificationTarget(
        destination_id=7, name="hook", config=config,
        on_start=False, on_success=True, on_warning=True, on_failure=True,
    )  # fmt: skip
    plane.jobs[task] = worker_data.job(task, schedule, targets=[target])
    plane.jobs[forget] = ForgetJob(
        task_id=forget,
        schedule_short_id=schedule,
        repository=worker_data.access.model_copy(update={"password": "wrong"}),
        policy=RetentionPolicy(keep_last=1),
    )
    plane.follow_ups[task] = [forget]
    engine.put(schedule)
    start_worker(WEBHOOK_ALLOWED_ORIGINS=plane.url)

    state = engine.ended(engine.start("backup", schedule, schedule_id=schedule, task_id=task))

    assert (state["type"], state["name"]) == ("COMPLETED", "Warning")
    assert "retention was not applied" in state["message"]
    assert plane.reports[forget].status == "failed"
    assert [b"completed successfully" in body for _, body in plane.hooks] == [True]


@pytest.mark.parametrize("why", ["cancelled", "deferred"])
def test_cancelled_or_deferred_retention_leaves_the_run_complete(
    plane, engine, start_worker, worker_data, why
):
    schedule, task, forget = ids.short_id(), ids.uuid7(), ids.uuid7()
    plane.jobs[task] = worker_data.job(task, schedule)
    plane.jobs[forget] = Refused(reason="The repository was busy", **{why: True})
    plane.follow_ups[task] = [forget]
    engine.put(schedule)
    start_worker()

    state = engine.ended(engine.start("backup", schedule, schedule_id=schedule, task_id=task))

    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), state
    assert [claim.task_id for claim in plane.claims] == [task, forget]


def test_temporary_fault_repeats_only_the_restic_step(
    plane, engine, start_worker, worker_data, tmp_path
):
    """Retrying the whole flow would look, tell and hook twice (T36)."""
    flaky = tmp_path / "flaky-restic"
    flaky.write_text(
        f"#!/bin/sh\n"
        f'case "$*" in *backup*) if mkdir {tmp_path}/failed 2>/dev/null; then\n'
        f"  echo 'Fatal: dial tcp 10.0.0.1:443: connection refused' >&2; exit 1; fi;; esac\n"
        f'exec restic "$@"\n'
    )
    flaky.chmod(0o755)
    schedule, task = ids.short_id(), ids.uuid7()
    plane.jobs[task] = worker_data.job(task, schedule)
    engine.put(schedule)
    start_worker(RESTIC_COMMAND=str(flaky))

    run = engine.start("backup", schedule, schedule_id=schedule, task_id=task)

    assert engine.ended(run)["type"] == "COMPLETED"
    steps = engine.steps(run, "preflight", "restic backup")
    counts = {name: step["run_count"] for name, step in steps.items()}
    assert counts == {"preflight": 1, "restic backup": 2}
    assert [claim.task_id for claim in plane.claims] == [task]
    assert plane.reports[task].outcome == "success"
