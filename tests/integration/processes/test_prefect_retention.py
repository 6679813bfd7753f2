"""processes.child_env: Prefect reads how long it keeps events and runs."""

from datetime import timedelta

import pytest
from prefect.settings.models.server.events import ServerEventsSettings
from prefect.settings.models.server.services import ServerServicesDBVacuumSettings

from zerobyte.processes import child_env


def test_prefect_reads_how_long_it_keeps_events_and_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in child_env.PREFECT_DATA_RETENTION.items():
        monkeypatch.setenv(name, value)
    vacuum = ServerServicesDBVacuumSettings()
    assert vacuum.enabled_vacuum_types == {"events", "flow_runs", "orphans"}
    assert vacuum.retention_period == timedelta(days=90)
    assert ServerEventsSettings().retention_period == timedelta(days=7)
