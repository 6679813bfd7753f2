"""Documentation under docs/: links resolve, and failure modes that code names are described."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_LABEL_IN_PROSE = re.compile(r"\(T(\d{1,2})(?:\([a-e]\))?\)")
_LABEL_IN_NAME = re.compile(r"def test_t0?(\d{1,2})_")


def test_relative_links_in_docs_resolve() -> None:
    broken = []
    for page in sorted(DOCS.rglob("*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / link).exists():
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


def test_every_failure_mode_that_code_or_tests_name_is_described() -> None:
    described = set(re.findall(r"^## T(\d+) ", (DOCS / "failure-modes.md").read_text(), re.M))
    assert len(described) >= 36
    named = {
        number: str(path.relative_to(ROOT))
        for folder in ("zerobyte", "flows", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for pattern in (_LABEL_IN_PROSE, _LABEL_IN_NAME)
        for number in pattern.findall(path.read_text())
    }
    assert len(named) > 10
    assert {number: where for number, where in named.items() if number not in described} == {}
