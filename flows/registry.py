"""Every flow by its name: what the worker can run."""

from collections.abc import Mapping
from typing import Any, Final

from prefect import Flow

from flows.backup import backup
from flows.forget import forget
from flows.restore import restore
from flows.snapshots import snapshots

FLOWS: Final[Mapping[str, Flow[..., Any]]] = {
    found.name: found for found in (backup, forget, restore, snapshots)
}
