"""Prose and names: the words that docs/glossary.md replaces do not come back."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source_files import name, python_files, tree

# Terms that docs/glossary.md replaces, and figures of speech; plain technical words say more.
VAGUE_WORDS = re.compile(
    r"\b(told|untold|whoever|whomever|whosoever|anew|for ever|deeds?|doors?|doorways?|somebody"
    r"|nobody|folk|trail|patience|patiently|bury|buried|buries|the engine|engine's|control plane"
    r"|wish(es|ed)? to stop|vouch(es|ed)?|hears|heard|stands? in|by name of|forgone|surroundings"
    r"|mind the|owns|refuses to know|knows (neither|nothing|no)|house|gone wrong|goes wrong)\b",
    re.IGNORECASE,
)
# A name says what it holds: `message` or `output`, not what somebody said.
VAGUE_IN_NAMES = re.compile(
    r"\b(told|untold|heard|unheard|said|deeds?|folk|whoever|whomever|anew|somebody|nobody"
    r"|patience|patiently|bury|buried|doors?|trail)\b",
    re.IGNORECASE,
)
COLUMNS = {"retention_told_at"}  # a column of the database
THIS = Path(__file__).resolve()
PROSE_TOKENS = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}


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


def names(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of each function, class, parameter, variable and attribute."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case _:
                pass


def vague_names(path: Path) -> Iterator[str]:
    """Yield the names of a file that contain a vague word."""
    for line, found in names(path):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", found).replace("_", " ")
        if VAGUE_IN_NAMES.search(words) and found not in COLUMNS:
            yield f"{name(path)}:{line} {found}"


def test_prose_and_test_names_have_no_vague_words() -> None:
    files = [path for path in python_files("zerobyte", "flows", "tests") if path != THIS]
    assert [hit for path in files for hit in vague_words(path)] == []


def test_names_have_no_vague_words() -> None:
    files = python_files("zerobyte", "flows", "tests", "bench")
    assert [hit for path in files for hit in vague_names(path)] == []


@pytest.mark.parametrize(
    "code",
    ["said = 1", "def tell(told): ...", "self.heard = 1", "class WasTold: ...", "door_1 = 2"],
)
def test_vague_names_are_found(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.tree", lambda _path: ast.parse(code))
    assert len([*vague_names(THIS)]) == 1
