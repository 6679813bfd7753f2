"""Fixtures of repositories: a served app with two organizations, selected by a header."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.actors import HeaderAuthenticator
from tests.support.http_server import serving, settings_for
from tests.support.repositories import (
    OTHER_PASSWORD,
    PASSWORD,
    RepositoriesHarness,
    ScheduleReferences,
    SnapshotHistory,
)
from tests.support.restic_repository import RealRepository
from zerobyte.core.secrets import Sealer
from zerobyte.db.leases import Leases
from zerobyte.features.auth.models import AllowedRoots, Organization
from zerobyte.features.events.bus import EventBus
from zerobyte.features.repositories.routes import repositories_v1
from zerobyte.features.repositories.service import (
    Doctor,
    Downloads,
    Repositories,
    Restores,
    SnapshotDiffs,
    SnapshotFiles,
    Snapshots,
    SnapshotTags,
    TreeCache,
    TreeStore,
)
from zerobyte.features.tasks.routes import tasks_v1
from zerobyte.features.tasks.service import StallTracker, TaskReader, Tasks
from zerobyte.hosts.local import LocalHost
from zerobyte.http.app import make_app
from zerobyte.http.auth import Authenticator
from zerobyte.settings import Settings

_RECORDING_RESTIC = """#!/bin/sh
# Logs its arguments and runs the real restic.
echo "$*" >> "{log}"
exec restic "$@"
"""


def recording_restic(folder: Path) -> Path:
    """Write a program that logs its arguments and runs restic."""
    restic = folder / "recording-restic"
    restic.write_text(_RECORDING_RESTIC.format(log=restic.with_name("runs.log")))
    restic.chmod(0o755)
    return restic


@pytest.fixture
async def harness(database: str, tmp_path: Path) -> AsyncIterator[RepositoriesHarness]:
    for name in ("o1", "o2"):
        await Organization.create(id=name, name=name, slug=name, repository_password="x")
        await AllowedRoots.create(organization_id=name, host="local", roots=["/"])
    data, work_dir = tmp_path / "data", tmp_path / "work"
    data.mkdir()
    work_dir.mkdir()
    restic = recording_restic(tmp_path)
    settings = settings_for(
        data,
        RESTIC_COMMAND=str(restic),
        RCLONE_CONFIG_DIR=str(tmp_path / "rclone"),
        STORAGE_PRIVATE_NETWORKS="all",
    )

    built = _build(settings, ScheduleReferences(), restic, work_dir)
    yield built
    await built.snapshots.aclose()
    await built.files.aclose()


def _build(
    settings: Settings, schedules: ScheduleReferences, restic: Path, work_dir: Path
) -> RepositoriesHarness:
    bus, leases, activities = EventBus(), Leases(), StallTracker(stalled_after_minutes=15)
    tasks = Tasks(bus=bus, leases=leases, activities=activities)
    host = LocalHost.from_settings(settings)
    repositories = Repositories(
        settings=settings,
        sealer=Sealer("s" * 32),
        password_of=_password_of,
        leases=leases,
        host_api=host,
        refuse_delete=lambda row: schedules.refuse_delete(row),  # noqa: PLW0108 — replaced
    )
    snapshots = Snapshots(
        repositories=repositories,
        tasks=tasks,
        host="local",
        tz="UTC",
        policy_of=lambda *asked: schedules.policy_of(*asked),  # noqa: PLW0108 — replaced
    )
    file = TreeStore(
        settings.tree_index, max_bytes=settings.tree_index_bytes, spare_folder=settings.run_dir
    )
    files = SnapshotFiles(repositories=repositories, snapshots=snapshots, trees=TreeCache(file))
    restores = Restores(
        settings=settings,
        repositories=repositories,
        snapshots=snapshots,
        files=files,
        tasks=tasks,
        is_read_only=lambda *asked: schedules.is_read_only(*asked),  # noqa: PLW0108 — replaced
        volume_folders=lambda *asked: schedules.volume_folders(*asked),  # noqa: PLW0108 — replaced
    )
    doctor = Doctor(repositories=repositories, tasks=tasks, host="local")
    downloads = Downloads(repositories=repositories, snapshots=snapshots, files=files, bus=bus)
    tags = SnapshotTags(
        repositories=repositories, snapshots=snapshots, tasks=tasks,
        schedules_of=schedules.schedules_of,
    )  # fmt: skip
    diffs = SnapshotDiffs(repositories=repositories, snapshots=snapshots, files=files)
    parts = (
        repositories, snapshots, files, restores, doctor, tasks, TaskReader(activities=activities),
        downloads, tags, diffs,
    )  # fmt: skip
    services: dict[type, object] = {type(part): part for part in parts}
    services[Authenticator] = HeaderAuthenticator()
    return RepositoriesHarness(
        repositories, snapshots, files, restores, tasks, services, settings.data_dir, work_dir,
        restic, host, schedules, bus, tags,
    )  # fmt: skip


async def _password_of(organization_id: str) -> str:
    return {"o1": PASSWORD, "o2": OTHER_PASSWORD}[organization_id]


@pytest.fixture
async def client(harness: RepositoriesHarness) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(settings_for(harness.data), harness.services)
    app.blueprint(repositories_v1)
    app.blueprint(tasks_v1)
    headers = {"x-test-organization": "o1"}
    async with serving(app, headers=headers) as served:
        served.base_url = served.base_url.join("/api/v1/")
        yield served


@pytest.fixture(scope="session")
def session_history(tmp_path_factory: pytest.TempPathFactory) -> SnapshotHistory:
    base = tmp_path_factory.mktemp("history")
    source = base / "src"
    (source / "sub" / "deep").mkdir(parents=True)
    (source / "a.txt").write_text("alpha")
    (source / "100% süß.txt").write_text("percent")
    (source / "sub" / "b.txt").write_text("beta")
    (source / "sub" / "deep" / "a.txt").write_text("deep alpha")
    (source / "link").symlink_to("a.txt")
    repository = RealRepository(base / "repository", PASSWORD)
    first = repository.backup(source, "--tag", "sched001", "--time", "2026-01-01 10:00:00")
    second = repository.backup(source, "--tag", "sched001", "--time", "2026-01-02 10:00:00")
    third = repository.backup(source, "--tag", "sched002,extra", "--time", "2026-01-03 10:00:00")
    return SnapshotHistory(repository, source, (first, second, third))


@pytest.fixture
def history(session_history: SnapshotHistory, tmp_path: Path) -> SnapshotHistory:
    """Return a copy of the session's repository, which the test may change."""
    path = tmp_path / "copied"
    shutil.copytree(session_history.repository.path, path)
    copied = object.__new__(RealRepository)
    copied.__dict__.update({**session_history.repository.__dict__, "path": path})
    return SnapshotHistory(copied, session_history.source, session_history.ids)


@pytest.fixture
async def existing(client: httpx.AsyncClient, history: SnapshotHistory) -> dict[str, Any]:
    """Add that repository to the first organization and return it."""
    answer = await client.post(
        "/repositories",
        json={
            "name": "history",
            "config": {
                "backend": "local",
                "path": str(history.repository.path),
                "isExistingRepository": True,
            },
        },
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["repository"]
