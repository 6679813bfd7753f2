"""Commands as they are told; each value stands where it can be nothing but a value."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.open_access import ANYWHERE
from zerobyte.contract.jobs import BackupOptions
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess
from zerobyte.core.errors import Invalid
from zerobyte.restic import (
    Repository,
    Tools,
    backup,
    check,
    dump,
    escaping,
    forget,
    ls,
    restore,
    snapshots,
)

SNAPSHOT = "ab" * 32
REPOSITORY = Repository(
    RepositoryAccess(
        id="id",
        short_id="r1234567",
        name="n",
        config=LocalConfig(backend="local", path="/r"),
        password="p",
        compression_mode="max",
        **ANYWHERE,
    ),
    Tools(cache_dir=Path("/c"), run_dir=Path("/run")),
)


def test_backup():
    command = backup.argv(
        REPOSITORY,
        Path("/srv/vol"),
        tag="k3f9x2ab",
        hostname="h",
        options=BackupOptions(
            one_file_system=True,
            exclude_if_present=["-x", ".nobackup"],
            custom_restic_params=["--no-scan"],
        ),
        excludes=Path("/run/excludes"),
        ignore_inode=True,
    )
    assert command == [
        *("backup", "--json", "--retry-lock", "2m", "--compression=max", "--host=h"),
        *("--tag=k3f9x2ab", "--one-file-system", "--exclude-file=/run/excludes"),
        *("--exclude-if-present=-x", "--exclude-if-present=.nobackup", "--no-scan"),
        *("--ignore-inode", "--", "/srv/vol"),
    ]


def test_backup_of_chosen_paths_names_no_folder():
    options = BackupOptions(compression_mode="off", custom_restic_params=["--ignore-inode"])
    command = backup.argv(
        REPOSITORY,
        Path("/srv/vol"),
        tag="t",
        hostname="h",
        options=options,
        raw=Path("/run/raw"),
        globs=Path("/run/globs"),
        ignore_inode=True,
    )
    assert command[4:] == [
        *("--compression=off", "--host=h", "--tag=t", "--ignore-inode"),
        *("--files-from-raw=/run/raw", "--files-from=/run/globs"),
    ]


def test_removal_names_ids_alone():
    assert forget.removal_argv(REPOSITORY, [SNAPSHOT]) == [
        *("forget", "--json", "--retry-lock", "2m", "--prune", "--cleanup-cache", "--", SNAPSHOT)
    ]
    for word in ("latest", "-x", "--prune", "", "zz", f"{SNAPSHOT}:/x"):
        with pytest.raises(Invalid):
            forget.removal_argv(REPOSITORY, [word])


def test_reads_take_no_lock():
    assert snapshots.argv(tag="t") == ["snapshots", "--json", "--no-lock", "--tag=t"]
    assert snapshots.argv(ids=(SNAPSHOT,))[3:] == ["--", SNAPSHOT]
    assert ls.argv(SNAPSHOT) == ["ls", "--json", "--no-lock", "--", SNAPSHOT]
    assert ls.argv(SNAPSHOT, path="/-x")[-1] == "/-x"
    assert dump.argv(SNAPSHOT, "/a", base_path="/b")[-2:] == [f"{SNAPSHOT}:/b", "/a"]
    assert check.argv(REPOSITORY) == ["check", "--json", "--retry-lock", "2m"]
    for refused in (lambda: ls.argv(SNAPSHOT, path="x"), lambda: dump.argv(SNAPSHOT, "x")):
        with pytest.raises(Invalid):
            refused()


def told(**options) -> list[str]:
    return restore.argv(REPOSITORY, SNAPSHOT, **options)


def test_restore_to_the_original_place():
    assert told(target="/", include=["/srv/a*", "/srv/b[1]"], delete=True) == [
        *(
            "restore",
            "--json",
            "--retry-lock",
            "2m",
            "--target=/",
            "--overwrite=always",
            "--sparse",
        ),
        *("--delete", "--include=/srv/a\\*", "--include=/srv/b\\[1\\]", "--", SNAPSHOT),
    ]


def test_t24_restore_elsewhere_is_anchored_at_its_base():
    command = told(
        target="/out",
        base_path="/srv/vol/",
        include=["/srv/vol/a.txt"],
        exclude_xattr=["user.*"],
        overwrite="never",
    )
    assert command[4:] == [
        *(
            "--target=/out",
            "--overwrite=never",
            "--sparse",
            "--include=/a.txt",
            "--exclude-xattr=user.*",
        ),
        *("--", f"{SNAPSHOT}:/srv/vol"),
    ]
    whole = told(target="/out", base_path="/srv", include=["/srv", "/srv/x"], exclude=["*.o"])
    assert whole[4:] == [
        *(
            "--target=/out",
            "--overwrite=always",
            "--sparse",
            "--exclude=*.o",
            "--",
            f"{SNAPSHOT}:/srv",
        )
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"target": "relative"},
        {"target": "/out", "base_path": "relative"},
        {"target": "/out", "include": ["relative"]},
        {"target": "/out", "base_path": "/srv", "include": ["/srvx"]},
        {"target": "/out", "base_path": "/srv", "include": ["/srv/../etc"]},
        {"target": "/out", "include": ["/a"], "exclude": ["b"]},
        {"target": "/", "delete": True},
    ],
)
def test_restore_refuses(options):
    with pytest.raises(Invalid):
        told(**options)


def test_written_roots():
    assert restore.written_roots("/out") == ["/out"]
    assert restore.written_roots("/out/", base_path="/srv", include=["/srv/a", "/srv/b/c"]) == [
        "/out/a",
        "/out/b/c",
    ]
    assert restore.written_roots("/", include=["/srv/a"]) == ["/srv/a"]


@pytest.mark.parametrize("options", [{}, {"exclude": ["*.tmp"]}, {"delete": True}])
def test_a_restore_to_the_original_place_needs_chosen_paths(options):
    with pytest.raises(Invalid, match="needs chosen paths"):
        restore.argv(REPOSITORY, SNAPSHOT, target="/", **options)


@given(st.text(alphabet="ab*?[]\\-^\ufffd", max_size=12))
def test_literal_leaves_no_free_special_character(name):
    pattern = escaping.literal(name)
    rest = pattern.replace("\\\\", "").replace("[\ufffd]", "")
    for special in "*[]":
        assert rest.count(special) == rest.count(f"\\{special}")
    assert rest.count("?") == rest.count("\\?")
    assert pattern.count("[\ufffd]") >= name.count("\ufffd")


def test_tags():
    assert escaping.tag("-abc_123") == "-abc_123"
    for name in ("", "a,b", "a\nb"):
        with pytest.raises(Invalid):
            escaping.tag(name)
