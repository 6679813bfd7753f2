"""Schedules without their own zone follow changes of the server's zone."""

import dataclasses
from typing import Any

import pytest

from tests.integration.backups.conftest import ApiHarness
from tests.support.backup_runs import schedule_of
from zerobyte.core import clock, cron
from zerobyte.features.backups.models import Schedule
from zerobyte.orchestration.memory_scheduler import MemoryScheduler
from zerobyte.services import build_services


async def restart_in(harness: ApiHarness, zone: str) -> None:
    """Repair the stored times as an API that starts with another TZ does."""
    settings = dataclasses.replace(harness.services.settings, tz=zone)
    await build_services(settings, MemoryScheduler()).due_runs.repair_next_runs()


def next_in(zone: str, made: dict[str, Any]) -> int | None:
    return cron.next_after(made["cronExpression"], timezone=zone, after_ms=clock.now_ms())


# Tokyo's next 03:15 is before or after that of UTC, depending on the hour of the test.
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "Asia/Kolkata"])
async def test_next_backup_follows_a_changed_server_zone(harness: ApiHarness, zone: str) -> None:
    schedule = await harness.schedule(cronExpression="15 3 * * *")
    assert schedule["nextBackupAt"] == next_in("UTC", schedule)
    await restart_in(harness, zone)
    assert (await schedule_of(harness, schedule))["nextBackupAt"] == next_in(zone, schedule)
    await restart_in(harness, "UTC")
    assert (await schedule_of(harness, schedule))["nextBackupAt"] == next_in("UTC", schedule)


async def test_schedule_with_own_zone_keeps_its_next_backup(harness: ApiHarness) -> None:
    schedule = await harness.schedule(cronExpression="15 3 * * *", timezone="Europe/Berlin")
    await restart_in(harness, "Asia/Tokyo")
    assert (await schedule_of(harness, schedule))["nextBackupAt"] == schedule["nextBackupAt"]


async def test_due_schedule_stays_due_after_a_zone_change(harness: ApiHarness) -> None:
    schedule = await harness.schedule(cronExpression="15 3 * * *")
    due = clock.now_ms() - 60_000
    await Schedule.filter(short_id=schedule["shortId"]).update(next_backup_at=due)
    await restart_in(harness, "Asia/Tokyo")
    assert (await schedule_of(harness, schedule))["nextBackupAt"] == due


async def test_manual_schedule_gets_no_next_backup_from_a_zone_change(harness: ApiHarness) -> None:
    schedule = await harness.schedule(cronExpression="", enabled=False)
    await restart_in(harness, "Asia/Tokyo")
    assert (await schedule_of(harness, schedule))["nextBackupAt"] is None
