"""A folder whose file system hangs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hung_folder import hung_mount


@pytest.fixture
def hung_folder(tmp_path: Path) -> Iterator[Path]:
    with hung_mount(tmp_path / "hung") as place:
        yield place
