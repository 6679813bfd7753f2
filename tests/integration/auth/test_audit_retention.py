"""Tests that audit entries are deleted by age only, and that deletions are audited."""

import pytest

from tests.support.http_server import settings_for
from zerobyte.app import background_loops
from zerobyte.core import clock
from zerobyte.features.audit import models
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.audit.service import AuditLog
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.services import build_services

DAY_MS = 86_400_000


async def remaining_entries() -> list[str]:
    lines = await AuditLine.filter(action__startswith="aged").order_by("id")
    return [line.action for line in lines]


@pytest.fixture
async def lines(client, time):
    for age in (500, 400.5, 399.5, 0):
        await AuditLine.create(
            created_at=time.now_ms - int(age * DAY_MS), organization_id="o", source="browser",
            action=f"aged {age:g}", result="succeeded", status=200, address="", user_agent="",
        )  # fmt: skip


async def test_pruning_old_entries_leaves_an_entry_with_their_number(lines):
    before = clock.now_ms() - 400 * DAY_MS
    assert await AuditLog().expire(400) == 2
    assert await remaining_entries() == ["aged 399.5", "aged 0"]
    entry = await AuditLine.get(action="upkeep:audit-retention")
    assert entry.details == {"removed": 2, "before": before, "days": 400}
    assert (entry.organization_id, entry.actor_id, entry.source) == (None, None, "none")
    assert await AuditLog().expire(400) == 0
    assert await AuditLine.filter(action="upkeep:audit-retention").count() == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_pruning_in_batches_audits_each_batch(lines, monkeypatch):
    monkeypatch.setattr(models, "EXPIRY_BATCH_SIZE", 2)
    assert await AuditLog().expire(1) == 3
    assert await remaining_entries() == ["aged 0"]
    entries = await AuditLine.filter(action="upkeep:audit-retention").order_by("id")
    assert [line.details["removed"] for line in entries] == [2, 1]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_pruning_and_its_entry_are_one_transaction(lines, monkeypatch):
    async def fail(self, entry):
        raise OSError

    monkeypatch.setattr(AuditLog, "record", fail)
    with pytest.raises(OSError):
        await AuditLog().expire(400)
    assert len(await remaining_entries()) == 4


@pytest.mark.parametrize(("variable", "kept"), [({}, 2), ({"AUDIT_RETENTION_DAYS": "0"}, 4)])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_default_audit_retention_is_400_days(lines, tmp_path, variable, kept):
    services = build_services(settings_for(tmp_path, **variable), MemoryScheduler())
    loops = background_loops(services)
    periodic = [loop.cr_frame.f_locals.get("do") for loop in loops]
    for loop in loops:
        loop.close()
    [expire] = [work for work in periodic if getattr(work, "__name__", "") == "expire_audit_log"]
    await expire()
    assert len(await remaining_entries()) == kept
