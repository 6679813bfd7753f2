"""The rules of the house that a machine can check, one test for each.

What is looked at is what git tracks or would track, so a file is judged before it is committed.
Who may import whom is import-linter's business (`make arrows`), style is ruff's.
"""

import ast
import io
import re
import shutil
import subprocess
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FILE_LIMIT = 400
FUNCTION_LIMIT = 50
FEATURE_FILES = {"routes", "schemas", "service", "models", "present", "__init__"}
FILE_LIMITS = {"routes": 250, "schemas": 300, "models": 250, "present": 150}
# The bus of events is the events feature itself, and not a rule about rows.
EXTRA_KINDS = {"events": {"bus"}}
BANNED_WORDS = re.compile(r"(^|_)(utils?|helpers?|managers?|handle|process_data|misc)(_|$)")

# Who may do what the house keeps in one place: the clock, ids and processes.
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

# Words that only the address of a package index or of a mirror of one has in it. Put together
# here from pieces, so that this file does not name what it looks for.
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


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git tracks or would take, as long as it is on the disk.

    Where there is no git, or the folder is no checkout: every file that no tool has made.
    """
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return tuple(sorted(_on_disk(ROOT)))
    listed = subprocess.run(
        # The clone may belong to somebody else; it is only listed here.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-c", "-o", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(
        ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()
    )


def _on_disk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name != ".ci"
            made = path in (ROOT / "data", ROOT / "build") or path.name == "__pycache__"
            if not (hidden or made or path.suffix == ".egg-info"):
                yield from _on_disk(path)
        # In a second working tree `.git` is a file.
        elif path.name not in (".env", ".git") and not path.name.startswith(".coverage"):
            yield path


def test_what_is_looked_at_is_the_same_without_git() -> None:
    assert set(_on_disk(ROOT)) == set(tracked())


def python_files(*folders: str) -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def kind(path: Path) -> str:
    """What a feature's file is for: its own name, or that of the folder it was divided into."""
    below = path.relative_to(ROOT / "zerobyte" / "features").parts
    return below[min(1, len(below) - 1)].removesuffix(".py")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function's body; its signature and its docstring describe, and do not count.

    Options stand one to a line in this house, and a long docstring is no fault.
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


def test_modules_and_functions_have_names_of_their_own() -> None:
    files = [name(path) for path in tracked() if BANNED_WORDS.search(path.stem)]
    defined = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in python_files("zerobyte", "flows")
        for node in functions(path)
        if BANNED_WORDS.search(node.name)
    ]
    assert files + defined == []


def test_a_feature_has_five_kinds_of_files_and_no_sixth() -> None:
    odd = []
    for path in python_files("zerobyte"):
        parts = path.relative_to(ROOT / "zerobyte").parts
        if parts[0] != "features" or len(parts) < 3:
            continue
        if kind(path) not in FEATURE_FILES | EXTRA_KINDS.get(parts[1], set()):
            odd.append(name(path))
    assert odd == []


def test_every_module_opens_with_a_docstring() -> None:
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


def calls_outside_their_gate(path: Path) -> Iterator[str]:
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
    found = [
        hit for path in python_files("zerobyte", "flows") for hit in calls_outside_their_gate(path)
    ]
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
def test_the_gates_see_what_they_are_there_for(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.tree", lambda _path: ast.parse(code))
    assert list(calls_outside_their_gate(ROOT / "zerobyte" / "app.py"))


def test_no_file_names_a_package_index_or_a_mirror() -> None:
    named = []
    for path in tracked():
        text = path.read_text(errors="replace")
        named += [f"{name(path)}: {hit.group()}" for hit in INDEX_ADDRESSES.finditer(text)]
    assert named == []


def test_the_lock_pins_every_package_by_hash_and_names_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*--(index|extra-index|find-links|trusted)", text, re.MULTILINE)
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 50
    loose = [entry.split()[0] for entry in entries if "==" not in entry or "--hash=" not in entry]
    assert loose == []


def test_the_lock_is_for_every_python_that_we_run_on() -> None:
    # `make lock` resolves for all; without --universal the markers of newer ones are missing.
    assert "; python_full_version >= '3." in (ROOT / "requirements.lock").read_text()


def test_the_lock_holds_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    wanted = {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in asked}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.M))
    assert wanted - locked == set()


# Terms that docs/glossary.md replaces, and figures of speech; plain technical words say more.
VAGUE_WORDS = re.compile(
    r"\b(told|untold|whoever|whomever|whosoever|anew|for ever|deeds?|doors?|doorways?|somebody"
    r"|nobody|folk|trail|patience|patiently|bury|buried|buries|the engine|engine's|control plane"
    r"|wish(es|ed)? to stop|vouch(es|ed)?|hears|heard|stands? in|by name of|forgone|surroundings"
    r"|mind the|owns|refuses to know|knows (neither|nothing|no)|house|gone wrong|goes wrong)\b",
    re.IGNORECASE,
)
# How many of them a folder still has. The figures only fall; a folder that is not listed has none.
VAGUE_WORDS_ALLOWED: dict[str, int] = {
    "flows": 60,
    "tests": 3,
    "tests/browser": 1,
    "tests/conformance": 2,
    "tests/e2e": 34,
    "tests/faults": 12,
    "tests/integration": 1,
    "tests/integration/admin_cli": 25,
    "tests/integration/auth": 114,
    "tests/integration/backups": 68,
    "tests/integration/core": 1,
    "tests/integration/db": 15,
    "tests/integration/demo": 2,
    "tests/integration/flows": 17,
    "tests/integration/http": 15,
    "tests/integration/mounts": 2,
    "tests/integration/notifications": 3,
    "tests/integration/notify": 3,
    "tests/integration/orchestration": 3,
    "tests/integration/processes": 22,
    "tests/integration/repositories": 11,
    "tests/integration/restic": 18,
    "tests/integration/security": 18,
    "tests/integration/system": 3,
    "tests/integration/volumes": 10,
    "tests/model": 20,
    "tests/support": 16,
    "tests/unit": 35,
    "zerobyte": 5,
    "zerobyte/admin_cli": 21,
    "zerobyte/contract": 16,
    "zerobyte/core": 43,
    "zerobyte/db": 29,
    "zerobyte/demo": 26,
    "zerobyte/features/audit": 18,
    "zerobyte/features/auth": 172,
    "zerobyte/features/backups": 68,
    "zerobyte/features/control": 6,
    "zerobyte/features/events": 4,
    "zerobyte/features/notifications": 9,
    "zerobyte/features/repositories": 41,
    "zerobyte/features/system": 4,
    "zerobyte/features/tasks": 40,
    "zerobyte/features/volumes": 9,
    "zerobyte/http": 65,
    "zerobyte/mounts": 7,
    "zerobyte/notify": 12,
    "zerobyte/orchestration": 34,
    "zerobyte/processes": 34,
    "zerobyte/restic": 27,
    "zerobyte/settings": 4,
}
PROSE_TOKENS = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}


def word_folder(path: Path) -> str:
    """Return the folder of a file to at most three levels, two outside features and integration."""
    parts = path.relative_to(ROOT).parts[:-1]
    deep = parts[:2] in {("zerobyte", "features"), ("tests", "integration")}
    return "/".join(parts[: 3 if deep else 2])


def vague_words(path: Path) -> Iterator[str]:
    """Yield the vague words in comments, docstrings, other strings and test names of a file."""
    text = path.read_text()
    if not VAGUE_WORDS.search(text.replace("_", " ")):
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        prose = token.string
        if token.type == tokenize.NAME and prose.startswith("test_"):
            prose = prose.replace("_", " ")
        elif token.type not in PROSE_TOKENS:
            continue
        for hit in VAGUE_WORDS.finditer(prose):
            yield f"{name(path)}:{token.start[0]} {hit[0]}"


def test_prose_and_test_names_use_the_words_of_the_glossary() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in python_files("zerobyte", "flows", "tests"):
        if path != Path(__file__).resolve():
            found[word_folder(path)] += vague_words(path)
    excess = {
        folder: hits
        for folder, hits in found.items()
        if len(hits) > VAGUE_WORDS_ALLOWED.get(folder, 0)
    }
    assert excess == {}
