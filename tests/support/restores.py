"""Requests for restores, and their execution in the test process."""

from pathlib import Path
from typing import Any

import httpx

from flows.restore import check_roots
from tests.integration.repositories.conftest import House
from tests.support.contract import assert_conforms
from zerobyte.contract.jobs import RestoreJob
from zerobyte.features.tasks.models import Task
from zerobyte.restic import Repository, restore


async def post_restore(
    client: httpx.AsyncClient, existing: dict[str, Any], **body: Any
) -> httpx.Response:
    return await client.post(f"/repositories/{existing['shortId']}/restore", json=body)


async def job_of(house: House, answer: httpx.Response) -> RestoreJob:
    assert answer.status_code == 202, answer.text
    assert_conforms("restoreSnapshot", 202, answer.json())
    return await house.restores.job(await Task.get(id=answer.json()["restoreId"]))


async def run_restore(house: House, job: RestoreJob) -> None:
    """Do what the worker does."""
    await restore.run(
        Repository(job.repository, house.repositories.restic_access.tools),
        job.snapshot_id,
        target=job.target,
        base_path=job.base_path,
        include=job.include,
        exclude=job.exclude,
        exclude_xattr=job.exclude_xattr,
        delete=job.delete,
        overwrite=job.overwrite,
        selection=job.selection,
        check_roots=check_roots(job),
    )


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


ALL_FILES = ["100% süß.txt", "a.txt", "link", "sub/b.txt", "sub/deep/a.txt"]
