"""README and docs: the settings table, make targets, links and the size of the README.

`python -m tests.rules.test_readme` regenerates the settings table in docs/configuration.md.
"""

import re
from pathlib import Path

from zerobyte.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
CONFIGURATION = ROOT / "docs" / "configuration.md"
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
OPENING = "<!-- settings: generated, `python -m tests.rules.test_readme` rewrites it -->\n"
CLOSING = "<!-- /settings -->"
README_LIMIT_BYTES = 8_000


def with_settings_table(text: str) -> str:
    """Return the page with the settings table of the code."""
    before, _, rest = text.partition(OPENING)
    _, _, after = rest.partition(CLOSING)
    return f"{before}{OPENING}\n{Settings.table()}\n\n{CLOSING}{after}"


def test_readme_is_at_most_8_kb() -> None:
    assert README.stat().st_size <= README_LIMIT_BYTES


def test_settings_table_matches_the_code() -> None:
    text = CONFIGURATION.read_text()
    assert OPENING in text
    assert text == with_settings_table(text)


def test_named_settings_exist() -> None:
    known = set(re.findall(r"^\| `([A-Z_]+)`", Settings.table(), re.MULTILINE))
    pattern = re.compile(r"`((?:ZEROBYTE|RESTIC|PREFECT_API|WEBHOOK|TASK_HISTORY)_[A-Z_]+)\b[^`]*`")
    named = {name for page in PAGES for name in pattern.findall(page.read_text())}
    assert len(named) > 10
    assert named - {f"{name}_FILE" for name in known} - known == set()


def test_named_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for page in PAGES:
        commands = re.findall(r"^make ([a-z -]+)|`make ([a-z -]+)", page.read_text(), re.MULTILINE)
        named = {word for pair in commands for words in pair for word in words.split()}
        assert named <= targets, page
    assert {"run", "test"} <= set(re.findall(r"make ([a-z]+)", README.read_text()))


def test_readme_links_every_page_group() -> None:
    text = README.read_text()
    for page in ("docs/index.md", "docs/configuration.md", "docs/operations.md"):
        assert f"]({page}" in text


def test_every_page_is_reachable_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [README]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for link in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            target = (page.parent / link).resolve()
            if target.suffix == ".md":
                waiting.append(target)
            elif target.is_dir():
                waiting += sorted(target.glob("*.md"))
    assert {page for page in PAGES if page not in seen} == set()


if __name__ == "__main__":
    CONFIGURATION.write_text(with_settings_table(CONFIGURATION.read_text()))
