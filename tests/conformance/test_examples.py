"""Examples in README and docs: each request has a route, each command its options."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from zerobyte import app as composition
from zerobyte.cli import app as commands
from zerobyte.http.app import make_app
from zerobyte.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCKS = [
    block.replace("\\\n", " ")
    for page in PAGES
    for block in re.findall(r"```bash\n(.*?)```", page.read_text(), re.S)
]
REQUEST = re.compile(r"\b(?:api|curl) ([^\n|]*?)\"?\$URL(/[^\s\"'|?)]*)([^\n|]*)")
IN_PROSE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/api/[^\s`?]+)")
"""A request that prose names, such as `POST /api/v1/tasks/{taskId}/cancel`."""


def requests() -> list[tuple[str, str]]:
    """Return method and path of each request in the examples and in prose."""
    found: list[tuple[str, str]] = [
        (method, re.sub(r"\{\w+\}", "x", path))
        for page in PAGES
        for method, path in IN_PROSE.findall(page.read_text())
    ]
    for before, path, after in (one for block in BLOCKS for one in REQUEST.findall(block)):
        named = re.search(r"-X ([A-Z]+)", before + after)
        has_body = re.search(r"(^| )(-d|--data\S*) ", before + after)
        found.append((named[1] if named else "POST" if has_body else "GET", path))
    return found


@pytest.fixture(scope="module")
def routes() -> list[tuple[frozenset[str], re.Pattern[str]]]:
    settings = Settings.load({"APP_SECRET": "0" * 32}, keep_secrets=False)
    app = make_app(settings, {}, name="examples")
    composition.add_routes(app)
    return [
        (route.methods, re.compile("/" + re.sub(r"<[^>]+>", "[^/]+", route.path)))
        for route in app.router.routes
    ]


def test_every_request_in_the_docs_has_a_route(
    routes: list[tuple[frozenset[str], re.Pattern[str]]],
) -> None:
    documented = requests()
    assert len(documented) > 50
    assert [
        (method, path)
        for method, path in documented
        if not any(method in methods and known.fullmatch(path) for methods, known in routes)
    ] == []


def test_every_command_in_the_docs_exists_with_its_options() -> None:
    known = get_command(commands).commands
    lines = re.findall(r"(?:^|\(|bin/)zerobyte ([a-z].*)", "\n".join(BLOCKS), re.M)
    assert len(lines) > 8
    for line in lines:
        name, *rest = shlex.split(line.partition("#")[0].rstrip(" )"), comments=True)
        options = {option for one in known[name].params for option in one.opts}
        used = {word for word in rest if word.startswith("-")}
        assert used <= {*options, "--help"}, line
