"""Prose and test names: the words that docs/glossary.md replaces do not come back."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.support.source_files import name, python_files

# Terms that docs/glossary.md replaces, and figures of speech; plain technical words say more.
VAGUE_WORDS = re.compile(
    r"\b(told|untold|whoever|whomever|whosoever|anew|for ever|deeds?|doors?|doorways?|somebody"
    r"|nobody|folk|trail|patience|patiently|bury|buried|buries|the engine|engine's|control plane"
    r"|wish(es|ed)? to stop|vouch(es|ed)?|hears|heard|stands? in|by name of|forgone|surroundings"
    r"|mind the|owns|refuses to know|knows (neither|nothing|no)|house|gone wrong|goes wrong)\b",
    re.IGNORECASE,
)
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


def test_prose_and_test_names_have_no_vague_words() -> None:
    files = [path for path in python_files("zerobyte", "flows", "tests") if path != THIS]
    assert [hit for path in files for hit in vague_words(path)] == []
