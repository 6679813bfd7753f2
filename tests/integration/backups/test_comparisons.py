"""The reconciler's comparison with Prefect writes only what differs."""

from collections.abc import Sequence

import pytest

from tests.integration.backups.conftest import ApiHarness


async def test_comparison_without_faults_writes_nothing(
    harness: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[list[str]] = []
    prepare = harness.scheduler.ensure_ready

    async def counted(hosts: Sequence[str]) -> None:
        prepared.append(list(hosts))
        await prepare(hosts)

    monkeypatch.setattr(harness.scheduler, "ensure_ready", counted)
    for _ in range(3):
        await harness.services.deployment_sync.apply()
    assert prepared == [["local"]]
    harness.scheduler.hosts.clear()
    await harness.services.deployment_sync.apply()
    assert prepared == [["local"], ["local"]]
