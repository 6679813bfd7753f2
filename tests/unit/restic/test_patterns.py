"""Includes stay under the volume, and every pattern means what it says."""

import os
import posixpath
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.restic.patterns import build

P = Path("/srv/vol")


def test_everything_is_joined_under_the_volume():
    files = build(
        P,
        BackupOptions(
            include_paths=["a", "/b c", "", "new\nline", "./x/../y"],
            include_patterns=["*.db", "!/sub/x"],
            exclude_patterns=["/tmp", "!/tmp/keep", "*.log", "node_modules"],
        ),
        excluded_folders=["/srv/vol/[own]"],
    )
    assert files.raw == b"/srv/vol/a\0/srv/vol/b c\0/srv/vol\0/srv/vol/new\nline\0/srv/vol/y\0"
    assert files.globs == "/srv/vol/*.db\n!/srv/vol/sub/x\n"
    assert files.excludes == (
        "/srv/vol/tmp\n!/srv/vol/tmp/keep\n*.log\nnode_modules\n/srv/vol/\\[own\\]\n"
    )


def test_the_volumes_own_name_is_literal_and_formats_are_escaped():
    files = build(
        Path("/srv/[v] $HOME"),
        BackupOptions(
            include_patterns=["x "],
            exclude_patterns=["/a$b", "#x#", " lead", "trailing ", "trailing\\ "],
        ),
    )
    assert files.globs == "/srv/\\[v\\] $HOME/x[ ]\n"
    assert files.excludes == (
        "/srv/\\[v\\] $$HOME/a$$b\n[#]x#\n[ ]lead\ntrailing[ ]\ntrailing\\ \n"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"include_paths": ["../x"]}, "Include path escapes volume root: ../x"),
        ({"include_paths": ["a\0b"]}, "Include path contains an unsupported path character: a\0b"),
        ({"include_patterns": ["/../vol2/*"]}, "Include pattern escapes volume root: /../vol2/*"),
        ({"include_patterns": ["*/../../x"]}, "Include pattern escapes volume root: */../../x"),
        ({"include_patterns": ["a\nb"]}, "Include pattern contains an unsupported path character"),
        ({"exclude_patterns": ["a\nb"]}, "Exclude pattern contains an unsupported path character"),
        ({"exclude_patterns": ["/../x"]}, "Exclude pattern escapes volume root: /../x"),
    ],
)
def test_what_leaves_the_volume_is_refused(options, message):
    with pytest.raises(Invalid) as refused:
        build(P, BackupOptions(**options))
    assert refused.value.message.startswith(message)


ENTRY = st.text(alphabet="ab./*[]\\!$# \n\0é", max_size=12)


@given(ENTRY)
def test_no_include_is_ever_outside(entry):
    for options in (BackupOptions(include_paths=[entry]), BackupOptions(include_patterns=[entry])):
        try:
            files = build(P, options)
        except Invalid:
            continue
        for path in files.raw.split(b"\0")[:-1]:
            text = os.fsdecode(path)
            assert text == str(P) or text.startswith(f"{P}/")
            assert posixpath.normpath(text) == text
        lines = files.globs.splitlines() if files.globs else []
        assert len(lines) == bool(files.globs)
        for line in (line.removeprefix("!") for line in lines):
            assert line == str(P) or line.startswith(f"{P}/")
            assert ".." not in line.split("/")


def test_a_volume_at_the_root_keeps_its_one_slash():
    files = build(
        Path("/"),
        BackupOptions(include_paths=["", "etc"], include_patterns=["e*"], exclude_patterns=["/x"]),
    )
    assert (files.raw, files.globs, files.excludes) == (b"/\0/etc\0", "/e*\n", "/x\n")
