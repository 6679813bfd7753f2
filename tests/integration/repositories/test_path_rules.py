"""Path rules of repositories and restores: containment, links, folders of our data."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.errors import Invalid
from zerobyte.core.protected_paths import RestoreLimits, is_within, normal, restore_refusal
from zerobyte.features.repositories.service.path_rules import PathRules, common_ancestor, overlap
from zerobyte.hosts import verbs
from zerobyte.settings import Settings


def limits_of(rules: PathRules, path: str, *, in_place: bool = False) -> RestoreLimits:
    limits = RestoreLimits(
        protected=(),
        repositories=(),
        own_repository=None,
        allowed_roots=None,
        in_place=in_place,
        delete=False,
    )
    return rules.restore_limits(path, limits)


def is_refused(rules: PathRules, path: str, *, in_place: bool = False) -> bool:
    return restore_refusal(path, limits_of(rules, path, in_place=in_place)) is not None


async def check_repository(rules: PathRules, path: Path) -> None:
    await verbs.check_repository_path(
        str(path),
        other_repositories=(),
        protected=rules.data,
        repositories_folder=rules.repositories_folder,
    )


@pytest.fixture
def rules(tmp_path: Path) -> PathRules:
    settings = Settings.load(
        {
            "ZEROBYTE_DATA_DIR": str(tmp_path / "data"),
            "RCLONE_CONFIG_DIR": str(tmp_path / "home" / ".config" / "rclone"),
            "ZEROBYTE_DATABASE_URL": str(tmp_path / "database" / "zerobyte.db"),
            "PROVISIONING_PATH": str(tmp_path / "provisioning" / "file.json"),
        },
        keep_secrets=False,
    )
    return PathRules(settings)


_PARTS = st.lists(st.sampled_from(["a", "b", "a b", "..", ".", "", "ä"]), max_size=6)
_PATHS = _PARTS.map(lambda parts: "/" + "/".join(parts))


@given(_PATHS)
def test_normal_path_is_absolute_stable_and_without_parent_steps(path: str) -> None:
    plain = normal(path)
    assert plain.startswith("/")
    assert not plain.startswith("//")
    assert normal(plain) == plain
    assert ".." not in plain.split("/")


@given(_PATHS, _PATHS)
def test_is_within_compares_whole_parts_of_a_path(path: str, folder: str) -> None:
    inner, outer = Path(normal(path)), Path(normal(folder))
    assert is_within(str(inner), str(outer)) is inner.is_relative_to(outer)
    assert overlap([str(inner)], [str(outer)]) is (
        inner.is_relative_to(outer) or outer.is_relative_to(inner)
    )


@given(st.lists(_PATHS.map(normal), min_size=1, max_size=4))
def test_common_ancestor_holds_all_paths(paths: list[str]) -> None:
    base = common_ancestor(paths)
    assert all(is_within(path, base) for path in paths)


def test_folder_with_the_same_prefix_is_another_folder() -> None:
    assert not is_within("/data2", "/data")
    assert common_ancestor([]) == "/"


def test_restores_are_refused_at_our_data_system_folders_and_shared_folders(
    rules: PathRules, tmp_path: Path
) -> None:
    ours = ["data", "data/x", "database", "provisioning/x", "home/.config/rclone", "data/volumes"]
    for name in ours:
        assert is_refused(rules, str(tmp_path / name)), name
    for path in ("/", "/etc/x", "/lib64", "/run/lock", "/root/.ssh/x", "/home", "/usr"):
        assert is_refused(rules, path), path
    for name in ("other", "data2", "home/x", "data/volumes/abc/_data"):
        assert not is_refused(rules, str(tmp_path / name)), name
    for path in ("/srv/x", "/home/me", "/run/media/me/disk", "/root/out", "/opt/x"):
        assert not is_refused(rules, path), path


def test_folder_above_our_data_is_allowed_only_in_place(rules: PathRules, tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    assert is_refused(rules, home)
    assert not is_refused(rules, home, in_place=True)
    assert is_refused(rules, "/", in_place=True)


async def test_restores_are_refused_at_the_temporary_folder_of_the_system(
    rules: PathRules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)  # The standard library caches the folder.
    below = str(folder / "restored")
    with pytest.raises(Invalid, match="choose a folder below it"):
        await verbs.resolve_restore_paths([str(folder)], [limits_of(rules, str(folder))])
    assert await verbs.resolve_restore_paths([below], [limits_of(rules, below)]) == [below]


async def test_links_are_resolved_before_paths_are_compared(
    rules: PathRules, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    assert is_refused(rules, str(tmp_path / "link" / "x"))
    with pytest.raises(Invalid):
        await check_repository(rules, tmp_path / "link" / "x")


async def test_repository_is_allowed_in_the_repositories_folder_and_outside_our_data(
    rules: PathRules, tmp_path: Path
) -> None:
    for name in ("data", "data/restic"):
        with pytest.raises(Invalid):
            await check_repository(rules, tmp_path / name)
    for name in ("data/repositories/x", "elsewhere"):
        await check_repository(rules, tmp_path / name)


def test_folders_around_a_mounted_volume_are_not_protected_from_its_restore(
    rules: PathRules, tmp_path: Path
) -> None:
    data = str(tmp_path / "data")
    assert data in rules.protected_folders([str(tmp_path / "out")])
    inside = rules.protected_folders([f"{data}/volumes/abc/_data"])
    assert data not in inside
    assert f"{data}/repositories" in inside
