"""A folder with entries that are difficult to restore, and those that the comparison omits."""

import os
import subprocess
from pathlib import Path

_NAMES: tuple[bytes, ...] = (
    b"plain.txt",
    b" two  spaces ",
    b"new\nline\ttab",
    "emoji 🐦 and umlaut ü".encode(),
    "e\u0301 decomposed".encode(),
    b"not utf-8 \xff\xfe\x80",
    b"-rf",
    b"*?[x]{y}$HOME`id`;&|'\"\\",
    b"#comment",
    b"!negated",
    b"100% %25 %n",
    b"n" * 255,
)


def make(folder: Path) -> None:
    """Fill an empty folder."""
    for number, encoded in enumerate(_NAMES):
        name = os.fsdecode(encoded)
        (folder / name).write_bytes(encoded * number)
        below = folder / os.fsdecode(b"sub " + encoded[:200])
        below.mkdir()
        (below / name).write_text("below")
    _links(folder)
    with (folder / "sparse").open("wb") as file:
        file.seek(16 * 1024 * 1024)
        file.write(b"end")
    (folder / "empty file").touch()
    (folder / "empty folder").mkdir()
    os.mkfifo(folder / "fifo")
    (folder / "random.bin").write_bytes(os.urandom(3_000_000))
    deep = folder.joinpath(*["deep"] * 40)
    deep.mkdir(parents=True)
    (deep / "bottom.txt").write_text("bottom")
    _facts(folder)


def _links(folder: Path) -> None:
    (folder / "absolute").symlink_to(folder / "plain.txt")
    (folder / "relative").symlink_to("sub plain.txt/plain.txt")
    (folder / "dangling").symlink_to("/nowhere/at all")
    (folder / "to a folder").symlink_to("empty folder")
    (folder / "to bytes").symlink_to(os.fsdecode(b"bytes \xff\xfe"))
    (folder / "hard link").hardlink_to(folder / "plain.txt")
    (folder / "empty folder beside").mkdir()
    (folder / "empty folder beside" / "another hard link").hardlink_to(folder / "plain.txt")


def _facts(folder: Path) -> None:
    """Set modes, owners, attributes and finally times to the nanosecond."""
    modes = {"no mode": 0o000, "setuid": 0o4751, "only write": 0o222, "all": 0o777}
    for number, (name, mode) in enumerate(modes.items()):
        (folder / name).write_text(name)
        os.chown(folder / name, 12345 + number, 54321)
        (folder / name).chmod(mode)
    for name, mode in (("sticky", 0o1777), ("setgid", 0o2750), ("closed", 0o000)):
        (folder / name).mkdir()
        (folder / name).chmod(mode)
    os.setxattr(folder / "plain.txt", "user.plain", b"value")
    os.setxattr(folder / "plain.txt", "user.bytes", bytes(range(256)))
    os.setxattr(folder / "empty folder", "user.of a folder", b"")
    times = {
        "plain.txt": 1,
        "random.bin": 1_234_567_890_123_456_789,
        "all": 4_102_444_800_000_000_001,
    }
    for name, at_ns in times.items():
        os.utime(folder / name, ns=(at_ns, at_ns))
    os.utime(folder / "empty folder", ns=(987_654_321, 987_654_321))


def attributes(folder: Path) -> dict[str, dict[str, bytes]]:
    """Return the extended attributes of all entries that have some."""
    found: dict[str, dict[str, bytes]] = {}
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place) / name
            names = os.listxattr(path, follow_symlinks=False)
            if names:
                values = {key: os.getxattr(path, key, follow_symlinks=False) for key in names}
                found[str(path.relative_to(folder))] = values
    return found


def copy(folder: Path, target: Path) -> None:
    """Make an exact copy for a later comparison."""
    subprocess.run(["cp", "-a", "--", str(folder), str(target)], check=True)
