"""The comparison detects every difference of a restored folder."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from zerobyte.demo.compare import compare

MOMENT_NS = 1_700_000_000_123_456_789


def grow(root: Path) -> Path:
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "a.txt").write_bytes(b"a" * 3_000_000)
    (root / "b.txt").write_text("b")
    (root / "same as b.txt").hardlink_to(root / "b.txt")
    (root / "link").symlink_to("b.txt")
    os.mkfifo(root / "pipe")
    for path in (root / "folder" / "a.txt", root / "b.txt", root / "pipe", root / "folder"):
        os.utime(path, ns=(MOMENT_NS, MOMENT_NS))
    return root


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return grow(tmp_path / "one"), grow(tmp_path / "other")


def test_equal_folders_have_no_difference(pair: tuple[Path, Path]) -> None:
    read: list[int] = []
    found = compare(*pair, read.append)
    assert (found.is_same, found.differences) == (True, [])
    assert found.entries == 6
    assert sum(read) == found.size_bytes == 3_000_002


def put_time_back(root: Path) -> None:
    for path in (root, root / "folder", root / "folder" / "a.txt"):
        os.utime(path, ns=(MOMENT_NS, MOMENT_NS))


def flip_one_byte(root: Path) -> None:
    with (root / "folder" / "a.txt").open("r+b") as file:
        file.seek(2_999_999)
        file.write(b"b")
    put_time_back(root)


def shorten(root: Path) -> None:
    os.truncate(root / "folder" / "a.txt", 10)
    put_time_back(root)


def become_a_folder(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").mkdir()


def point_elsewhere(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("a.txt")


def part_the_hard_link(root: Path) -> None:
    (root / "same as b.txt").unlink()
    (root / "same as b.txt").write_text("b")
    os.utime(root / "same as b.txt", ns=(MOMENT_NS, MOMENT_NS))


def leave_something(root: Path) -> None:
    (root / "new").touch()


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (flip_one_byte, "folder/a.txt: has other content"),
        (shorten, "folder/a.txt: has 10 bytes, not 3000000"),
        (become_a_folder, "link: is of another type"),
        (point_elsewhere, "link: points elsewhere"),
        (part_the_hard_link, "b.txt = same as b.txt: hard links differ"),
        (leave_something, "new: was not there before"),
        (lambda root: (root / "pipe").unlink(), "pipe: is missing"),
        (lambda root: (root / "b.txt").chmod(0o640), "b.txt: has mode 640, not 644"),
        (
            lambda root: os.utime(root / "b.txt", ns=(MOMENT_NS, MOMENT_NS + 1)),
            "b.txt: was modified at another time",
        ),
    ],
)
def test_each_difference_is_reported(
    pair: tuple[Path, Path], change: Callable[[Path], None], difference: str
) -> None:
    for root in pair:
        (root / "b.txt").chmod(0o644)
    change(pair[1])
    assert difference in compare(*pair).differences


def test_sockets_are_left_out(pair: tuple[Path, Path]) -> None:
    os.mknod(pair[0] / "socket", stat.S_IFSOCK | 0o600)
    assert compare(*pair).is_same


def test_all_differences_are_counted_and_twenty_are_listed(pair: tuple[Path, Path]) -> None:
    for number in range(30):
        (pair[0] / f"{number}").touch()
    found = compare(*pair)
    assert (found.count, len(found.differences)) == (30, 20)
