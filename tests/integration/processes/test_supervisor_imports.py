"""The supervisor imports the standard library and our own small modules only."""

import json
import subprocess
import sys

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
