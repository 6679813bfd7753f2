"""A refused write names its constraint, on both databases."""

import ast
import asyncio
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from zerobyte.core.errors import Conflict
from zerobyte.db import constraints
from zerobyte.features.auth.models import AppMetadata, GuessCount, Organization
from zerobyte.features.auth.service import login_throttle
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
    await lifecycle._save(first, busy="running", in_same_transaction=None)
    with pytest.raises(Conflict, match="running"):
        await lifecycle._save(task(active_key="backup:s"), busy="running", in_same_transaction=None)
    with pytest.raises(IntegrityError):
        await lifecycle._save(task(id=first.id), busy="running", in_same_transaction=None)

    async def break_another() -> None:
        await volume("twice")
        await volume("twice")

    with pytest.raises(IntegrityError):
        await lifecycle._save(task(), busy="running", in_same_transaction=break_another)


@pytest.mark.parametrize("model", [AppMetadata, GuessCount])
async def test_a_key_that_exists_already_is_told_by_its_column(model: Any) -> None:
    more = {"value": ""} if model is AppMetadata else {"ends_at": 1}
    await model.create(key="same", **more)
    with pytest.raises(IntegrityError) as twice:
        await model.create(key="same", **more)
    assert constraints.breaks_unique(twice.value, "key")


async def test_a_first_try_is_counted_once_and_another_fault_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A handler that takes each IntegrityError for an existing row would retry without end."""
    assert await login_throttle._count_in_database("password:u1") == 0
    assert await login_throttle._count_in_database("password:u1") == 0

    async def break_another(**_: object) -> None:
        await volume("twice")
        await volume("twice")

    monkeypatch.setattr(GuessCount, "create", break_another)
    async with asyncio.timeout(30):
        with pytest.raises(IntegrityError):
            await login_throttle._count_in_database("password:u2")


def test_every_handler_of_a_broken_constraint_names_the_constraint() -> None:
    """By itself, or by a function of the same file that does."""
    package = Path(constraints.__file__).parents[1]
    unnamed: list[str] = []
    for file in package.rglob("*.py"):
        tree = ast.parse(file.read_text())
        naming = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and "constraints." in ast.unparse(node)
        } | {"conflict_of"}
        for node in ast.walk(tree):
            text = ast.unparse(node)
            if isinstance(node, ast.Call) and "suppress(IntegrityError" in text.partition("\n")[0]:
                unnamed.append(f"{file}:{node.lineno}")
            if not isinstance(node, ast.ExceptHandler) or node.type is None:
                continue
            if "IntegrityError" not in ast.unparse(node.type):
                continue
            if "constraints." not in text and not any(f"{name}(" in text for name in naming):
                unnamed.append(f"{file}:{node.lineno}")
    assert unnamed == []
