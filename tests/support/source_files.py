"""The source files of the checkout, parsed once, for tests that check rules of the code.

Files are listed that git tracks or would track, so a file is checked before it is committed.
"""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that git tracks or would add and that exists.

    Without git, or outside a checkout: every file that no tool has generated.
    """
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return tuple(sorted(files_on_disk(ROOT)))
    listed = subprocess.run(
        # The clone may belong to another user, which git refuses; here its files are only listed.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-c", "-o", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(
        ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()
    )


def files_on_disk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            hidden = path.name.startswith(".") and path.name != ".ci"
            made = path in (ROOT / "data", ROOT / "build") or path.name == "__pycache__"
            if not (hidden or made or path.suffix == ".egg-info"):
                yield from files_on_disk(path)
        # In a second working tree `.git` is a file.
        elif path.name not in (".env", ".git") and not path.name.startswith(".coverage"):
            yield path


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


@cache
def functions(path: Path) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    return tuple(_functions(tree(path)))


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    # Visit statements only: expressions are most of a tree and contain no function.
    for field in ("body", "orelse", "handlers", "finalbody", "cases"):
        for child in getattr(node, field, ()) if not isinstance(node, ast.expr) else ():
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield child
            yield from _functions(child)
