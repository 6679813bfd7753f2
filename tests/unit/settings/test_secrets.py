"""settings.secrets: stored secrets are checked at each read."""

from pathlib import Path

import pytest

from zerobyte.settings import Settings, SettingsError


@pytest.mark.parametrize("name", ["app-secret", "prefect-auth"])
@pytest.mark.parametrize("content", ["", "\n", "short", "x" * 257])
def test_stored_secret_of_a_wrong_length_is_refused(tmp_path: Path, name: str, content: str):
    environ = {"ZEROBYTE_DATA_DIR": str(tmp_path)}
    Settings.load(environ)
    (tmp_path / name).write_text(content)
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    assert str(tmp_path / name) in caught.value.message
    if content.strip():
        assert content not in caught.value.message
    assert (tmp_path / name).read_text() == content
