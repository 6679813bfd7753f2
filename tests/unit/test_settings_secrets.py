"""Secrets kept in files are checked each time they are read."""

from pathlib import Path

import pytest

from zerobyte.processes.startup_checks import ResourceInUse, check_ports
from zerobyte.settings import Settings, SettingsError


@pytest.mark.parametrize("name", ["app-secret", "prefect-auth"])
@pytest.mark.parametrize("content", ["", "\n", "short", "x" * 257])
def test_a_kept_secret_of_a_wrong_length_is_refused(tmp_path: Path, name: str, content: str):
    environ = {"ZEROBYTE_DATA_DIR": str(tmp_path)}
    Settings.load(environ)
    (tmp_path / name).write_text(content)
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    assert str(tmp_path / name) in caught.value.message
    if content.strip():
        assert content not in caught.value.message
    assert (tmp_path / name).read_text() == content


def test_equal_ports_are_refused_with_both_names(tmp_path: Path):
    environ = {"ZEROBYTE_DATA_DIR": str(tmp_path), "PORT": "4200"}
    with pytest.raises(ResourceInUse, match="PORT and PREFECT_PORT are both 4200"):
        check_ports(Settings.load(environ))
