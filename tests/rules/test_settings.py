"""Settings: each variable has a reader, and reading them loads no large package."""

import dataclasses
import re
import subprocess
import sys

from tests.support.source_files import python_files
from zerobyte.settings import Settings


def test_each_variable_is_used_somewhere():
    """An unused variable would be documented in docs/configuration.md without effect."""
    # These two are read where there are no settings: by each child's starter, and by a worker.
    elsewhere = {"gomaxprocs", "worker_token"}
    code = "\n".join(
        path.read_text()
        for path in python_files("zerobyte")
        if path.parent.name != "settings" and path.name != "child_env.py"
    )
    names = {field.name for field in dataclasses.fields(Settings)} - elsewhere
    assert len(names) > 30
    assert [name for name in names if not re.search(rf"\.{name}\b", code)] == []


def test_settings_stay_light():
    code = (
        "import zerobyte.settings, sys; "
        "print([m for m in ('sanic','prefect','pydantic','tortoise','cryptography') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
