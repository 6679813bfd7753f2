"""Rules of the code base that a program can check, one test for each.

import-linter checks the imports between packages (`make arrows`); ruff checks the style.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source_files import (
    ROOT,
    files_on_disk,
    functions,
    name,
    python_files,
    tracked,
    tree,
)

FILE_LIMIT = 400
FUNCTION_LIMIT = 50
FEATURE_FILES = {"routes", "schemas", "service", "models", "present", "__init__"}
FILE_LIMITS = {"routes": 250, "schemas": 300, "models": 250, "present": 150}
# The event bus is the events feature itself, not a rule about rows.
EXTRA_KINDS = {"events": {"bus"}}
BANNED_WORDS = re.compile(r"(^|_)(utils?|helpers?|managers?|handle|process_data|misc)(_|$)")

# The only module that may call each function: clock, ids and processes have one place each.
GATES = {
    "time.time": "zerobyte/core/clock.py",
    "time.time_ns": "zerobyte/core/clock.py",
    "datetime.now": "zerobyte/core/clock.py",
    "datetime.utcnow": "zerobyte/core/clock.py",
    "datetime.today": "zerobyte/core/clock.py",
    "date.today": "zerobyte/core/clock.py",
    "uuid.uuid1": "zerobyte/core/ids.py",
    "uuid.uuid4": "zerobyte/core/ids.py",
    "uuid4": "zerobyte/core/ids.py",
    "os.system": "",
    "os.popen": "",
    "os.fork": "",
    "asyncio.create_subprocess_exec": "zerobyte/core/",
    "asyncio.create_subprocess_shell": "",
}

# Parts of the addresses of package indexes and mirrors. They are put together from pieces, so
# that this file contains no such address.
INDEX_ADDRESSES = re.compile(
    "|".join(
        [
            r"https?://" + r"(?!localhost|127\.)[^\s/]*" + r"(artifactory|nexus|devpi|artifact)",
            r"(files\.pythonhosted|pypi)" + r"\.org",
            r"registry\.(npmjs|yarnpkg)" + r"\.",
            r"(deb|security|snapshot|ftp\.[a-z]+)\.debian" + r"\.org",
            r"archive\.ubuntu" + r"\.com",
        ]
    )
)


def test_source_files_are_the_same_without_git() -> None:
    assert set(files_on_disk(ROOT)) == set(tracked())


def kind(path: Path) -> str:
    """What a feature's file is for: its own name, or that of the folder it was divided into."""
    below = path.relative_to(ROOT / "zerobyte" / "features").parts
    return below[min(1, len(below) - 1)].removesuffix(".py")


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines of a function's body, without signature and docstring.

    Parameters are written one per line, and long docstrings are allowed.
    """
    is_documented = ast.get_docstring(node, clean=False) is not None
    first = node.body[1 if is_documented and len(node.body) > 1 else 0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain, '' of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def test_files_stay_short() -> None:
    limits = dict.fromkeys(python_files("zerobyte", "flows", "tests", "bench"), FILE_LIMIT)
    for path in python_files("zerobyte"):
        if "features" in path.parts:
            limits[path] = FILE_LIMITS.get(kind(path), FILE_LIMIT)
    long = {
        name(path): lines
        for path, limit in limits.items()
        if (lines := len(path.read_text().splitlines())) > limit
    }
    assert long == {}


def test_functions_stay_short() -> None:
    long = {
        f"{name(path)}:{node.lineno} {node.name}": length(node)
        for path in python_files("zerobyte", "flows", "tests", "bench")
        for node in functions(path)
        if length(node) > FUNCTION_LIMIT
    }
    assert long == {}


def test_no_module_or_function_has_a_filler_name() -> None:
    files = [name(path) for path in tracked() if BANNED_WORDS.search(path.stem)]
    defined = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in python_files("zerobyte", "flows")
        for node in functions(path)
        if BANNED_WORDS.search(node.name)
    ]
    assert files + defined == []


def test_a_feature_has_only_the_five_kinds_of_files() -> None:
    odd = []
    for path in python_files("zerobyte"):
        parts = path.relative_to(ROOT / "zerobyte").parts
        if parts[0] != "features" or len(parts) < 3:
            continue
        if kind(path) not in FEATURE_FILES | EXTRA_KINDS.get(parts[1], set()):
            odd.append(name(path))
    assert odd == []


def test_every_module_has_a_docstring() -> None:
    silent = [
        name(path)
        for path in python_files("zerobyte", "flows", "tests", "bench")
        if path.stat().st_size and not (ast.get_docstring(tree(path)) or "").strip()
    ]
    assert silent == []


def test_nothing_is_imported_from_a_test_file() -> None:
    """Helpers of several test files belong in tests/support."""
    imported = []
    for path in python_files("tests", "bench"):
        for node in ast.walk(tree(path)):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            imported += [
                f"{name(path)}:{node.lineno} {module}"
                for module in modules
                if re.match(r"tests\.(\w+\.)*test_", module)
            ]
    assert imported == []


def calls_outside_core(path: Path) -> Iterator[str]:
    where = name(path)
    for node in ast.walk(tree(path)):
        found = ""
        if isinstance(node, ast.Import):
            found = next((a.name for a in node.names if a.name == "subprocess"), "")
        elif isinstance(node, ast.ImportFrom):
            imported = {f"{node.module}.{alias.name}" for alias in node.names}
            found = next((n for n in imported if n in GATES), "")
            found = "subprocess" if node.module == "subprocess" else found
        elif isinstance(node, ast.Call):
            called = dotted(node.func)
            found = next((g for g in GATES if called == g or called.endswith(f".{g}")), "")
        gate = GATES.get(found, "zerobyte/core/")
        if found and not (gate and where.startswith(gate)):
            yield f"{where}:{node.lineno} {found}"


def test_clock_ids_and_processes_are_used_through_core_alone() -> None:
    found = [hit for path in python_files("zerobyte", "flows") for hit in calls_outside_core(path)]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()",
        "from time import time_ns\ntime_ns()",
        "import datetime\ndatetime.datetime.now()",
        "from uuid import uuid4",
        "import subprocess",
        "from subprocess import run",
        "import asyncio\nasyncio.create_subprocess_exec('true')",
        "import os\nos.system('true')",
    ],
)
def test_calls_outside_core_are_found(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.tree", lambda _path: ast.parse(code))
    assert list(calls_outside_core(ROOT / "zerobyte" / "app.py"))


def test_no_process_changes_how_often_threads_switch() -> None:
    # With a longer interval a thread waits that long for a busy event loop, at each row it reads.
    setter = "set" + "switchinterval"
    files = python_files("zerobyte", "flows", "tests", "bench")
    assert [name(path) for path in files if setter in path.read_text()] == []


def test_no_file_names_a_package_index_or_a_mirror() -> None:
    named = []
    for path in tracked():
        text = path.read_text(errors="replace")
        named += [f"{name(path)}: {hit.group()}" for hit in INDEX_ADDRESSES.finditer(text)]
    assert named == []


def test_requirements_lock_pins_every_package_by_hash_and_contains_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links|trusted)", text, re.MULTILINE)
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 50
    loose = [entry.split()[0] for entry in entries if "==" not in entry or "--hash=" not in entry]
    assert loose == []


def test_requirements_lock_covers_every_supported_python() -> None:
    # `make lock` resolves for all; without --universal the markers of newer ones are missing.
    assert "; python_full_version >= '3." in (ROOT / "requirements.lock").read_text()


def test_requirements_lock_contains_the_packages_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    wanted = {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in declared}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.M))
    assert wanted - locked == set()
