"""Glob patterns match what restic matches, in a time that grows with the name only."""

import re
import signal
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.contract.selection import BackupSelection
from zerobyte.restic import globs
from zerobyte.restic.deletions import Rules

PATTERNS = st.text(alphabet="ab*?", max_size=8)
PATHS = st.lists(st.text(alphabet="ab", min_size=1, max_size=6), min_size=1, max_size=5)


@cache
def matches(pattern: str, name: str) -> bool:
    """The definition, with every division tried."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(matches(pattern[1:], name[cut:]) for cut in range(len(name) + 1))
    return bool(name) and pattern[0] in ("?", name[0]) and matches(pattern[1:], name[1:])


def path_matches(parts: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """As `matches`, for components; a pattern matches a path and all below it."""
    if not parts:
        return True
    if parts[0] == "**":
        return any(path_matches(parts[1:], names[cut:]) for cut in range(len(names) + 1))
    return bool(names) and matches(parts[0], names[0]) and path_matches(parts[1:], names[1:])


@given(PATTERNS, st.text(alphabet="ab", max_size=12))
def test_a_component_matches_by_the_definition(pattern: str, name: str) -> None:
    expected = matches(pattern, name)
    assert bool(re.fullmatch(globs.component(pattern), name)) is expected
    assert bool(globs.at_least(pattern).match(name)) is expected


@given(
    st.lists(st.one_of(st.just("**"), PATTERNS.filter(bool)), min_size=1, max_size=5),
    PATHS,
)
def test_a_path_matches_by_the_definition(parts: list[str], names: list[str]) -> None:
    parts = [re.sub(r"\*\*+", "*", part) if part != "**" else part for part in parts]
    found = re.match(rf"\A{globs.path(parts)}(?:/|\Z)", "/" + "/".join(names))
    assert bool(found) is path_matches(tuple(parts), tuple(names))


@pytest.fixture
def limited() -> Iterator[None]:
    """A test that would not end fails; the matcher looks at signals from time to time."""

    def give_up(*_: object) -> None:
        raise TimeoutError("the pattern is still being matched")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("pattern", ["*a" * 40 + "*b", "**/a/" * 40 + "b", "*?" * 60 + "*b"])
def test_many_stars_cost_no_more_than_few(pattern: str) -> None:
    path = f"/v/{'a' * 250}/{'a/' * 100}{'a' * 250}"
    for is_removed, selection in (
        (True, BackupSelection(volume_path="/v", exclude_patterns=[pattern, f"/{pattern}"])),
        (False, BackupSelection(volume_path="/v", include_patterns=[pattern])),
    ):
        rules = Rules(roots=["/v"], target="/", base_path="/", selection=selection)
        assert rules.may_remove(path) is is_removed
    assert not globs.at_least(pattern.replace("/", "")).match("a" * 250)


@pytest.mark.parametrize("pattern", ["[", "a[", "a\\", "[z-a]"])
def test_a_malformed_pattern_spares_everything(pattern: str) -> None:
    rules = Rules(roots=["/v"], target="/", base_path="/", selection=None, exclude=[pattern])
    assert not rules.may_remove("/v/x")
    assert globs.at_least("[]]").match("anything")


def test_a_pattern_that_is_asked_for_in_every_folder_is_compiled_once() -> None:
    assert globs.at_least("[[*") is globs.at_least("[[*")
    assert globs.at_least.cache_info().maxsize is not None
