"""Unit tests: one file per module, and nothing that makes them slow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_files import ROOT, name, python_files, tree

UNIT = ROOT / "tests" / "unit"
FILES = [
    path for path in python_files("tests") if UNIT in path.parents and path.name.startswith("test_")
]
IDS = [name(path).removeprefix("tests/unit/") for path in FILES]

# Child processes and connections belong to tests/integration.
SLOW_IMPORTS = {"subprocess", "socket", "multiprocessing", "tests.support.http_server"}
# Importing them costs one to four seconds, more than all unit tests of a package.
SLOW_PACKAGES = ("prefect", "authlib", "webauthn", "asyncpg", "schemathesis")

# Modules of the pure packages without a unit test of their own, and the test that covers them.
PURE_PACKAGES = ("contract", "core", "core/process")
COVERED_BY = {
    "contract/base": "unit/http/test_validation.py",
    "contract/control_plane": "integration/flows/test_job.py",
    "contract/field_checks": "unit/contract/test_field_rules.py",
    "contract/job_reports": "integration/flows/test_job.py",
    "contract/jobs": "integration/flows/test_job.py",
    "contract/paging": "integration/volumes/test_files.py",
    "contract/notifications": "unit/contract/test_field_rules.py",
    "contract/repositories": "unit/contract/test_field_rules.py",
    "contract/restic_output": "integration/restic/test_backup.py",
    "contract/selection": "unit/restic/test_globs.py",
    "core/blocking": "integration/mounts/test_probe.py",
    "core/clock": "unit/core/test_clock_jumps.py",
    "core/config_check": "unit/restic/test_backend_env.py",
    "core/database_errors": "unit/processes/test_prefect_logs.py",
    "core/early_interrupt": "integration/processes/test_failed_starts.py",
    "core/errors": "integration/flows/test_outcome.py",
    "core/private_files": "integration/core/test_private_files.py",
    "core/process/child": "integration/core/test_process.py",
    "core/process/daemons": "integration/mounts/test_sftp.py",
    "core/process/proc": "integration/core/test_process.py",
    "core/process/run": "integration/core/test_process.py",
    "core/process/setup": "integration/core/test_interpreter.py",
    "core/ssh_keys": "unit/restic/test_backend_env.py",
    "core/real_paths": "unit/core/test_protected_paths.py",
}


def modules_of(path: Path) -> list[Path]:
    """Return the modules that a unit test file may be named after, the longest name first."""
    folder = path.parent.relative_to(UNIT)
    base = ROOT / folder if folder.parts[:1] == ("flows",) else ROOT / "zerobyte" / folder
    parts = path.stem.removeprefix("test_").split("_")
    return [
        module
        for end in range(len(parts), 0, -1)
        for module in (base / f"{'_'.join(parts[:end])}.py", base / "_".join(parts[:end]))
        if module.exists()
    ]


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_unit_test_is_named_after_a_module(path: Path) -> None:
    """`test_<module>.py`, or `test_<module>_<topic>.py` for one of several files."""
    assert modules_of(path), "no module of this name"


def test_each_module_of_a_pure_package_has_a_unit_test() -> None:
    tested = {modules_of(path)[0] for path in FILES if modules_of(path)}
    untested = {
        name(module).removeprefix("zerobyte/").removesuffix(".py")
        for package in PURE_PACKAGES
        for module in (ROOT / "zerobyte" / package).glob("*.py")
        if module.name != "__init__.py" and module not in tested
    }
    assert untested == set(COVERED_BY)
    assert [test for test in COVERED_BY.values() if not (ROOT / "tests" / test).is_file()] == []


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_unit_test_starts_no_process_and_opens_no_connection(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {node.module or "", *(f"{node.module}.{a.name}" for a in node.names)}
    assert imported & SLOW_IMPORTS == set()


def test_unit_tests_load_no_slow_package() -> None:
    code = (
        "import importlib.util as u, sys\n"
        "for number, file in enumerate(sys.argv[2:]):\n"
        "    spec = u.spec_from_file_location(f'unit{number}', file)\n"
        "    sys.modules[spec.name] = module = u.module_from_spec(spec)\n"
        "    spec.loader.exec_module(module)\n"
        "    for slow in set(sys.argv[1].split(',')) & set(sys.modules):\n"
        "        sys.exit(f'{file} loads {slow}')\n"
    )
    command = [sys.executable, "-c", code, ",".join(SLOW_PACKAGES), *map(str, FILES)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
