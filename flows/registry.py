"""All flows by name, for the worker.

Not in `flows/__init__`: every import of the package would then load all flows.
"""

from collections.abc import Mapping
from typing import Any, Final

from prefect import Flow

from flows.backup import backup
from flows.doctor import doctor
from flows.forget import forget
from flows.mirror import mirror
from flows.restore import restore
from flows.snapshots import snapshots

FLOWS: Final[Mapping[str, Flow[..., Any]]] = {
    flow.name: flow for flow in (backup, doctor, forget, mirror, restore, snapshots)
}
