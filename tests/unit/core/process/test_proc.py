"""The parts that reading, naming and hiding for children are made of."""

import os
import stat
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core import process
from zerobyte.core.process.lines import LineReader


@given(st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"x", b"\n")), max_size=20))
def test_lines_are_the_same_however_the_chunks_fall(chunks):
    reader = LineReader(10_000)
    lines = [line for chunk in chunks for line in reader.feed(chunk)] + list(reader.rest())
    whole = b"".join(chunks)
    expected = whole.split(b"\n")
    assert lines == (expected if expected[-1] else expected[:-1])


def test_long_lines_are_dropped_and_counted_or_cut():
    reader = LineReader(5)
    assert list(reader.feed(b"12345\n123456\nab")) == [b"12345"]
    assert list(reader.feed(b"cdef\nok\n")) == [b"ok"]
    assert reader.dropped == 2
    heads = LineReader(5, keep_heads=True)
    assert list(heads.feed(b"1234567890\nab\n123")) == [b"12345", b"ab"]
    assert list(heads.feed(b"4567")) == []
    assert list(heads.rest()) == [b"12345"]


def test_secret_files_are_ours_alone_and_gone_afterwards(tmp_path):
    base = tmp_path / "run"
    with process.secret_files(base) as folder:
        path = folder.write("password", "sécret")
        assert path.read_text(encoding="utf-8") == "sécret"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        with pytest.raises(FileExistsError):
            folder.write("password", "again")
        assert process.sweep_secret_files(base) == 0, "its owner lives"
        assert path.exists()
    assert list(base.iterdir()) == []


def test_secret_files_go_when_the_command_fails(tmp_path):
    def fail() -> None:
        with process.secret_files(tmp_path) as folder:
            folder.write("password", b"x")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_dead_owners_are_swept(tmp_path):
    started = process.identity(os.getpid()).started
    boot = process.boot_id().replace("-", "")
    dead = [
        f"secrets-{os.getpid()}-{started + 1}-{boot}-abc",
        f"secrets-{os.getpid()}-{started}-{'0' * 32}-abc",
    ]
    for name in [*dead, "other"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "password").write_text("x")
    assert process.sweep_secret_files(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert process.sweep_secret_files(tmp_path / "absent") == 0


def test_identity_tells_the_living_from_zombies_and_strangers():
    me = process.identity(os.getpid())
    assert process.is_alive(me.pid, started=me.started)
    assert process.is_alive(me.pid, started=me.started, boot=process.boot_id())
    assert not process.is_alive(me.pid, started=me.started, boot="another boot")
    assert not process.is_alive(me.pid, started=me.started + 1)
    child = subprocess.Popen(["true"])
    try:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        zombie = process.identity(child.pid)
        assert zombie is not None
        assert not process.is_alive(child.pid, started=zombie.started)
    finally:
        child.wait()
    assert process.identity(child.pid) is None
