"""What an API that starts finds of one that was killed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.http_server import serving, settings_for
from zerobyte.app import create_app
from zerobyte.orchestration.memory_scheduler import MemoryScheduler

OWNER = """
import pathlib, sys
from zerobyte.core.process import secret_files
with secret_files(pathlib.Path(sys.argv[1])) as folder:
    folder.write("password", "canary")
    print(folder.path, flush=True)
    sys.stdin.read()
"""


@contextmanager
def owner_of_secrets(run_dir: Path) -> Iterator[Path]:
    """A process that has a secret's file, as an API that runs restic; killed at the end."""
    command = [sys.executable, "-c", OWNER, str(run_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        try:
            yield Path(owner.stdout.readline().decode().strip())
        finally:
            owner.kill()


async def test_an_api_that_starts_removes_the_secrets_of_a_killed_one_and_of_nobody_else(
    tmp_path: Path, sqlite_template: Path
) -> None:
    settings = settings_for(tmp_path)
    database = tmp_path / "data" / "zerobyte.db"
    database.parent.mkdir(parents=True)
    shutil.copyfile(sqlite_template, database)
    with owner_of_secrets(settings.run_dir) as left:
        assert (left / "password").read_text() == "canary"
    with owner_of_secrets(settings.run_dir) as owned:
        assert left.is_dir()
        async with serving(create_app(settings, MemoryScheduler())):
            assert not left.exists()
            assert (owned / "password").is_file()
