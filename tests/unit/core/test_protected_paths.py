"""core.protected_paths: paths are compared with the protected ones by real path."""

import os
from pathlib import Path

import pytest

from zerobyte.core import protected_paths
from zerobyte.core.errors import Forbidden
from zerobyte.core.held_folders import held_by
from zerobyte.settings import Settings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "srv" / "data"
    (folder / "run").mkdir(parents=True)
    (folder / "app-secret").write_text("x" * 64)
    return folder


def test_own_data_names_database_secrets_run_folder_and_caches(tmp_path: Path) -> None:
    (tmp_path / "secret-file").write_text("s" * 64)
    settings = Settings.load(
        {
            "ZEROBYTE_DATA_DIR": str(tmp_path / "data"),
            "ZEROBYTE_RUN_DIR": str(tmp_path / "run"),
            "RESTIC_CACHE_DIR": str(tmp_path / "cache"),
            "RCLONE_CONFIG_DIR": str(tmp_path / "rclone"),
            "ZEROBYTE_DATABASE_URL": str(tmp_path / "db" / "zerobyte.db"),
            "PROVISIONING_PATH": str(tmp_path / "provisioning.json"),
            "APP_SECRET_FILE": str(tmp_path / "secret-file"),
        },
        keep_secrets=False,
    )
    names = ("data", "run", "cache", "rclone", "db/zerobyte.db", "db/zerobyte.db-wal")
    listed = protected_paths.own_data(settings)
    for name in (*names, "db/snapshot-trees.db", "provisioning.json", "secret-file"):
        assert str(tmp_path / name) in listed, name
    secret = str(tmp_path / "secret-file")
    assert protected_paths.refused_to_read(secret, listed)
    assert protected_paths.refused_to_write(secret, listed)
    assert protected_paths.inside(str(tmp_path), listed)[1].count(secret) == 1


@pytest.mark.parametrize("folder", ["/etc/zerobyte", "/run/secrets"])
def test_environment_files_and_secrets_of_containers_are_own_data(folder: str) -> None:
    listed = protected_paths.own_data(Settings.load({}, keep_secrets=False))
    assert protected_paths.refused_to_read(f"{folder}/api.env", listed)
    assert folder in protected_paths.inside("/", listed)[1]


def test_reading_is_refused_in_own_data_code_kernel_and_key_folders(
    tmp_path: Path, data: Path
) -> None:
    (tmp_path / "link").symlink_to(data)
    code = protected_paths.code()[0]
    refused = [
        data,
        data / "app-secret",
        tmp_path / "link" / "x",
        f"{code}/x",
        "/proc/self/environ",
    ]
    for path in [*refused, "/root/.ssh", "/home/other/.gnupg/x", "/sys", "/dev/sda"]:
        assert protected_paths.refused_to_read(str(path), [str(data)]), path
    for path in ("/", data.parent, tmp_path / "data2", "/etc", "/home/me"):
        assert not protected_paths.refused_to_read(str(path), [str(data)]), path


def test_writing_is_refused_in_system_cron_key_and_repository_folders(
    tmp_path: Path, data: Path
) -> None:
    repository = tmp_path / "repo"
    listed = [str(data), str(repository)]
    home = str(Path("~").expanduser())
    refused = [data, repository / "x", "/var/spool/cron/crontabs", "/etc/cron.d/x", "/usr/lib"]
    refused += [f"{home}/.ssh/authorized_keys", protected_paths.code()[0], "/", "/home", tmp_path]
    for path in refused:
        assert protected_paths.refused_to_write(str(path), listed), path
    for path in (tmp_path / "other", "/home/me", "/run/media/me/disk", "/opt/x"):
        assert not protected_paths.refused_to_write(str(path), listed), path
    assert not protected_paths.refused_to_write(str(tmp_path), listed, above=False)


def test_what_lies_below_a_source_is_named_as_the_source_reaches_it(
    tmp_path: Path, data: Path
) -> None:
    (tmp_path / "way").symlink_to(data.parent)
    assert protected_paths.inside(f"{tmp_path}/way/data", [str(data)]) == (True, [])
    assert protected_paths.inside(f"{tmp_path}/way/data/app-secret", [str(data)]) == (True, [])
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "up").symlink_to(tmp_path)
    found = protected_paths.inside(f"{tmp_path}/deep/up/srv", [str(data)])
    assert found == (False, [f"{tmp_path}/deep/up/srv/data"])
    assert str(data) in protected_paths.inside("/", [str(data)])[1]


def test_a_link_as_last_part_is_read_as_a_link(tmp_path: Path, data: Path) -> None:
    (tmp_path / "link").symlink_to(data)
    assert protected_paths.inside(f"{tmp_path}/link", [str(data)]) == (False, [])


def test_a_root_is_compared_by_real_path(tmp_path: Path) -> None:
    (tmp_path / "granted").mkdir()
    (tmp_path / "granted" / "out").symlink_to("/etc")
    roots = [str(tmp_path / "granted")]
    assert protected_paths.is_allowed(f"{tmp_path}/granted/x", roots)
    for path in ("granted/out/x", "granted2", "granted/../x"):
        assert not protected_paths.is_allowed(f"{tmp_path}/{path}", roots), path
    assert protected_paths.is_allowed("/anything", ["/"])
    assert not protected_paths.is_allowed("/anything", [])


def test_a_link_that_may_not_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(_: str) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os.path, "realpath", denied)
    with pytest.raises(Forbidden, match="not permitted to follow the path /x"):
        protected_paths.refused_to_read("/x", [])


def make_repository(place: Path) -> Path:
    for name in ("data", "keys", "snapshots"):
        (place / name).mkdir(parents=True)
    (place / "config").write_text("x")
    return place


def test_an_unregistered_repository_is_recognised_by_its_layout(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "a" / "b" / "repo")
    assert protected_paths.repository_around(str(repository / "data" / "00")) == str(repository)
    assert protected_paths.repository_around(str(tmp_path / "a")) is None
    assert "holds the restic repository" in (held_by(str(tmp_path / "a")) or "")
    (tmp_path / "plain" / "data").mkdir(parents=True)
    assert held_by(str(tmp_path / "plain")) is None
    assert held_by(str(tmp_path / "absent")) is None
