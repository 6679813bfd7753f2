"""Which places are ours: containment of paths, with links, in both directions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.protected_paths import RestoreLimits
from zerobyte.features.repositories.service.guard import (
    Guard,
    common_ancestor,
    is_within,
    normal,
    overlap,
)
from zerobyte.settings import Settings


def refuses(guard: Guard, path: str, *, above: bool = True) -> bool:
    limits = RestoreLimits(
        protected=(),
        repositories=(),
        own_repository=None,
        allowed_roots=None,
        in_place=not above,
        delete=False,
    )
    return guard.refused_restore(path, limits) is not None


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    settings = Settings.load(
        {
            "ZEROBYTE_DATA_DIR": str(tmp_path / "data"),
            "RCLONE_CONFIG_DIR": str(tmp_path / "home" / ".config" / "rclone"),
            "ZEROBYTE_DATABASE_URL": str(tmp_path / "database" / "zerobyte.db"),
            "PROVISIONING_PATH": str(tmp_path / "provisioning" / "file.json"),
        },
        keep_secrets=False,
    )
    return Guard(settings)


_PARTS = st.lists(st.sampled_from(["a", "b", "a b", "..", ".", "", "ä"]), max_size=6)
_PATHS = _PARTS.map(lambda parts: "/" + "/".join(parts))


@given(_PATHS)
def test_a_normal_path_is_absolute_stays_as_it_is_and_climbs_nowhere(path: str) -> None:
    plain = normal(path)
    assert plain.startswith("/")
    assert not plain.startswith("//")
    assert normal(plain) == plain
    assert ".." not in plain.split("/")


@given(_PATHS, _PATHS)
def test_within_means_that_the_parts_begin_alike(path: str, folder: str) -> None:
    inner, outer = Path(normal(path)), Path(normal(folder))
    assert is_within(str(inner), str(outer)) is inner.is_relative_to(outer)
    assert overlap([str(inner)], [str(outer)]) is (
        inner.is_relative_to(outer) or outer.is_relative_to(inner)
    )


@given(st.lists(_PATHS.map(normal), min_size=1, max_size=4))
def test_the_common_ancestor_holds_all(paths: list[str]) -> None:
    base = common_ancestor(paths)
    assert all(is_within(path, base) for path in paths)


def test_a_name_that_only_begins_alike_is_another_folder() -> None:
    assert not is_within("/data2", "/data")
    assert common_ancestor([]) == "/"


def test_restores_stay_out_of_our_folders_the_systems_and_the_crossroads(
    guard: Guard, tmp_path: Path
) -> None:
    ours = ["data", "data/x", "database", "provisioning/x", "home/.config/rclone", "data/volumes"]
    for name in ours:
        assert refuses(guard, str(tmp_path / name)), name
    for path in ("/", "/etc/x", "/lib64", "/run/lock", "/root/.ssh/x", "/home", "/usr"):
        assert refuses(guard, path), path
    for name in ("other", "data2", "home/x", "data/volumes/abc/_data"):
        assert not refuses(guard, str(tmp_path / name)), name
    for path in ("/srv/x", "/home/me", "/run/media/me/disk", "/root/out", "/opt/x"):
        assert not refuses(guard, path), path


def test_what_is_above_our_folders_is_spared_only_when_asked(guard: Guard, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    assert refuses(guard, home)
    assert not refuses(guard, home, above=False)
    assert refuses(guard, "/", above=False)


def test_links_lead_to_where_they_lead(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert refuses(guard, str(tmp_path / "link" / "x"))
    assert guard.refuses_repository(str(tmp_path / "link" / "x"))


def test_repositories_may_be_in_their_own_folder_and_anywhere_that_is_not_ours(
    guard: Guard, tmp_path: Path
) -> None:
    assert guard.refuses_repository(str(tmp_path / "data"))
    assert guard.refuses_repository(str(tmp_path / "data" / "restic"))
    assert not guard.refuses_repository(str(tmp_path / "data" / "repositories" / "x"))
    assert not guard.refuses_repository(str(tmp_path / "elsewhere"))


def test_the_worker_is_told_what_to_stay_out_of(guard: Guard, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    assert data in guard.protected([str(tmp_path / "out")])
    inside = guard.protected([f"{data}/volumes/abc/_data"])
    assert data not in inside
    assert f"{data}/repositories" in inside
