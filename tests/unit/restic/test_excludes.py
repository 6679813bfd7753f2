"""Exclude patterns of a restore, made relative to the restored folder: `restic.excludes`."""

import pytest

from zerobyte.core.errors import Invalid
from zerobyte.restic import excludes


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.tmp", ["*.tmp"]),
        ("/srv/data/keep", ["/keep"]),
        ("!/srv/data/keep/x", ["!/keep/x"]),
        ("/srv/*/cache", ["/cache"]),
        ("/srv/d[a-b]t?/cache", ["/cache"]),
        ("/srv/**/cache", ["/**/cache", "/cache"]),
        ("/**/data/cache", ["/**/data/cache", "/cache", "/data/cache"]),
        ("//srv/./data/keep/", ["/keep"]),
        # It names nothing in the folder: restic takes it from the folder on.
        ("/keep", ["/keep"]),
        ("/srv/database/keep", ["/srv/database/keep"]),
    ],
)
def test_absolute_patterns_name_paths_as_the_snapshot_shows_them(
    pattern: str, expected: list[str]
) -> None:
    assert excludes.below(pattern, "/srv/data") == expected
    assert excludes.below(pattern, "/") == [pattern]


@pytest.mark.parametrize("pattern", ["/srv", "/srv/data", "/srv/*", "/**", "/srv/data/."])
def test_a_pattern_that_leaves_out_the_whole_folder_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid, match="everything that would be restored"):
        excludes.below(pattern, "/srv/data")


def test_many_wildcards_take_no_time_to_speak_of() -> None:
    assert excludes.below("/**" * 300 + "/x", "/a" * 300) == ["/**/x", "/x"]
    with pytest.raises(Invalid, match="too many wildcards"):
        excludes.below("/**/*" * 600 + "/x", "/a" * 1900)


def test_folders_named_like_wildcards_are_not_taken_together() -> None:
    assert excludes.below("/**/**/x", "/**/**") == ["/**/x", "/x"]
    assert excludes.below("/\\*\\*/\\*\\*/x", "/**/**") == ["/x"]
