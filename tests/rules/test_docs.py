"""Documentation: links and anchors resolve, named paths exist, failure modes are described."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
)
_LABEL_IN_PROSE = re.compile(r"\(T(\d{1,2})(?:\([a-e]\))?\)")
_LABEL_IN_NAME = re.compile(r"def test_t(\d{1,2})_")
# Other spellings of a label in the name of a test: `test_t09_…` and `test_…__t9`.
_MISSPELT_LABEL = re.compile(r"def (test_t0\d_\w*|test_\w*_t\d{1,2})\(")
_LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
_FOLDERS = "zerobyte|flows|tests|bench|migrations|deployments|docs|scripts"
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(rf"(?:(?:{_FOLDERS})/[\w./*{{}},-]*|(?:Makefile|[a-z]+\.(?:toml|lock|json)))")
_SYMBOL = re.compile(rf"`((?:{_FOLDERS})/[\w./-]+): ([\w.]+)`")
_DOTTED = re.compile(r"(?:core|db|http|processes|restic|flows|features)(?:\.[a-z_]+)+")


def name(page: Path) -> str:
    """Return the path of a page below the root."""
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub builds them from headings."""
    text = page.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


def expanded(path: str) -> list[str]:
    """Return the paths that `a/{b,c}` stands for."""
    found = re.search(r"\{([^}]*)\}", path)
    if found is None:
        return [path]
    return [
        one
        for part in found[1].split(",")
        for one in expanded(path[: found.start()] + part.strip() + path[found.end() :])
    ]


def exists(path: str) -> bool:
    """Return True if the path exists, as a module too, or if a file matches the pattern."""
    path = path.rstrip("/.,")
    return any(any(ROOT.glob(one)) for one in (path, f"{path}.py"))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_and_anchors_resolve(page: Path) -> None:
    broken = []
    for link in _LINK.findall(page.read_text()):
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_paths_exist(page: Path) -> None:
    named = [
        path
        for code in _CODE.findall(page.read_text())
        if (found := _PATH.match(code))
        for path in expanded(found[0])
    ]
    assert [path for path in named if not exists(path)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_modules_exist(page: Path) -> None:
    missing = []
    for code in _CODE.findall(page.read_text()):
        if not _DOTTED.fullmatch(code):
            continue
        parts = code.split(".")
        # The last parts may name a class or a function of the module.
        base = ROOT if parts[0] == "flows" else ROOT / "zerobyte"
        modules = [base.joinpath(*parts[:end]) for end in range(len(parts), 1, -1)]
        if not any(one.is_dir() or one.with_suffix(".py").is_file() for one in modules):
            missing.append(code)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_symbols_exist(page: Path) -> None:
    missing = []
    for path, symbol in _SYMBOL.findall(page.read_text()):
        module = (ROOT / path).with_suffix(".py")
        files = [module] if module.is_file() else sorted((ROOT / path).rglob("*.py"))
        last = symbol.split(".")[-1]
        defined = re.compile(rf"(?:def|class) {last}\b|^\s*{last}\b", re.MULTILINE)
        if not any(defined.search(file.read_text()) for file in files):
            missing.append(f"{path}: {symbol}")
    assert missing == []


def test_every_failure_mode_named_in_code_or_tests_is_described() -> None:
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


def test_failure_modes_in_test_names_have_one_spelling() -> None:
    """`test_t9_…`: the number first, without zeros, so that a search finds all of them."""
    misspelt = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in _MISSPELT_LABEL.findall(path.read_text())
    ]
    assert misspelt == []


@pytest.mark.parametrize("name", ["test_t09_x", "test_x__t9", "test_x_t36"])
def test_misspelt_labels_are_found(name: str) -> None:
    assert _MISSPELT_LABEL.findall(f"def {name}() -> None:") == [name]
