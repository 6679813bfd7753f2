"""What the supervisor and its children import, and which modules they do not load."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

# The editable installation and setuptools hook into every Python of this environment.
HOOKS = ("__editable___zerobyte", "_distutils_hack", "sitecustomize", "_virtualenv")

LIST_FOREIGN = """
import json, sys
sys.argv = ["zerobyte", "serve"]
from zerobyte import launch
from zerobyte.processes import supervisor

places = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print(json.dumps([name for name, file in places.items() if "site-packages" in file]))
"""


def test_supervisor_imports_no_installed_package():
    done = subprocess.run(
        [sys.executable, "-c", LIST_FOREIGN], capture_output=True, text=True, check=True
    )
    foreign = [name for name in json.loads(done.stdout) if not name.startswith(HOOKS)]
    assert foreign == []


def test_serve_starts_without_the_modules_of_other_commands():
    script = (
        "import sys; from zerobyte import launch; from zerobyte.processes import supervisor\n"
        "supervisor.main = lambda: 7\n"
        "sys.argv = ['zerobyte', 'serve']\n"
        "try: launch.main()\n"
        "except SystemExit as ended: print(ended.code, 'typer' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["7", "False"]


def _loaded_by_child(tmp_path: Path, module: str, names: tuple[str, ...]) -> list[str]:
    """Return which of the named modules a child has loaded after an import."""
    (tmp_path / "imports_probe.py").write_text(
        f"import {module}, sys\n"
        f"print([name for name in {names!r} if sys.modules.get(name) is not None])\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "zerobyte.launch", "imports_probe"],
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "PREFECT_HOME": str(tmp_path),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return ast.literal_eval(done.stdout.splitlines()[-1])


def test_prefect_server_loads_no_unused_optional_modules(tmp_path):
    names = ("prefect.server", "httpcore", "redis", "rich.markdown", "trio", "opentelemetry.sdk")
    loaded = _loaded_by_child(tmp_path, "zerobyte.processes.prefect_server", names)
    assert loaded == ["prefect.server", "httpcore", "redis"]
