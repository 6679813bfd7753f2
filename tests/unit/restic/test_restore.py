"""restic.restore: argv of a restore, and the folders that it writes to."""

import pytest

from tests.support.unopened_repository import REPOSITORY, SNAPSHOT
from zerobyte.core.errors import Invalid
from zerobyte.restic import restore


def argv(**options) -> list[str]:
    return restore.argv(REPOSITORY, SNAPSHOT, **options)


def test_restore_to_the_original_place():
    assert argv(target="/", include=["/srv/a*", "/srv/b[1]"], delete=True) == [
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
    command = argv(
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
    whole = argv(target="/out", base_path="/srv", include=["/srv", "/srv/x"], exclude=["*.o"])
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
        argv(**options)


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
