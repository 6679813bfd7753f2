"""core.process.secret_files: private files of a child process, removed after it."""

import os
import stat

import pytest

from zerobyte.core import process


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
