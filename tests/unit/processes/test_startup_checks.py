"""processes.startup_checks: settings that exclude each other are refused."""

from pathlib import Path

import pytest

from zerobyte.processes.startup_checks import ResourceInUse, check_ports
from zerobyte.settings import Settings


def test_equal_ports_are_refused_with_both_names(tmp_path: Path):
    environ = {"ZEROBYTE_DATA_DIR": str(tmp_path), "PORT": "4200"}
    with pytest.raises(ResourceInUse, match="PORT and PREFECT_PORT are both 4200"):
        check_ports(Settings.load(environ))
