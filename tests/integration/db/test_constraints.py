"""A refused write names its constraint, on both databases."""

import pytest
from tortoise.exceptions import IntegrityError

from zerobyte.core.errors import Conflict
from zerobyte.db import constraints
from zerobyte.features.auth.models import Organization
from zerobyte.features.tasks.models import Task
from zerobyte.features.tasks.service import lifecycle
from zerobyte.features.volumes.models import Volume


@pytest.fixture(autouse=True)
async def organization(database: str) -> None:
    assert database
    await Organization.create(id="o1", name="o1", slug="o1", repository_password="x")


def task(**more: object) -> Task:
    return Task(
        organization_id="o1", kind="backup", resource_type="repository", resource_id="r",
        host="local", input={}, target={}, **more,
    )  # fmt: skip


async def volume(name: str, **more: object) -> Volume:
    return await Volume.create(organization_id="o1", name=name, type="directory", config={}, **more)


async def test_a_broken_unique_constraint_is_told_by_its_columns() -> None:
    first = await volume("same (a)=(b)")
    with pytest.raises(IntegrityError) as by_name:
        await volume("same (a)=(b)")
    assert constraints.breaks_unique(by_name.value, "organization_id", "name")
    assert not constraints.breaks_unique(by_name.value, "name")
    assert not constraints.breaks_reference(by_name.value)
    with pytest.raises(IntegrityError) as by_short_id:
        await volume("other", short_id=first.short_id)
    assert constraints.breaks_unique(by_short_id.value, "short_id")
    assert not constraints.breaks_unique(by_short_id.value, "organization_id", "name")


async def test_only_the_constraint_of_active_tasks_means_that_it_is_running_already() -> None:
    first = task(active_key="backup:s")
    await lifecycle._save(first, busy="running", along=None)
    with pytest.raises(Conflict, match="running"):
        await lifecycle._save(task(active_key="backup:s"), busy="running", along=None)
    with pytest.raises(IntegrityError):
        await lifecycle._save(task(id=first.id), busy="running", along=None)

    async def break_another() -> None:
        await volume("twice")
        await volume("twice")

    with pytest.raises(IntegrityError):
        await lifecycle._save(task(), busy="running", along=break_another)
