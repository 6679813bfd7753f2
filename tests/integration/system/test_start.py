"""What an API that starts finds of one that was killed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.accounts import ADA
from tests.support.http_server import serving, settings_for
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


def copied(template: Path, folder: Path) -> None:
    """An installation's database, up to date and empty."""
    database = folder / "data" / "zerobyte.db"
    database.parent.mkdir(parents=True)
    shutil.copyfile(template, database)


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


@pytest.mark.parametrize(("least_bytes", "is_tight"), [("0", False), (str(2**50), True)])
async def test_readiness_says_that_there_is_hardly_any_room_on_the_disk_of_the_data(
    tmp_path: Path, sqlite_template: Path, least_bytes: str, is_tight: bool
) -> None:
    settings = settings_for(tmp_path, MIN_FREE_BYTES=least_bytes, MIN_FREE_PERCENT="0")
    copied(sqlite_template, tmp_path)
    async with serving(create_app(settings, MemoryScheduler())) as client:
        remarks = (await client.get("/api/readiness")).json().get("remarks", {})
        assert ("MB are free on the disk of ZEROBYTE_DATA_DIR" in str(remarks)) == is_tight
        assert str(tmp_path) not in str(remarks)


async def test_start_removes_only_the_secret_files_of_a_killed_api(
    tmp_path: Path, sqlite_template: Path
) -> None:
    settings = settings_for(tmp_path)
    copied(sqlite_template, tmp_path)
    with owner_of_secrets(settings.run_dir) as left:
        assert (left / "password").read_text() == "canary"
    with owner_of_secrets(settings.run_dir) as owned:
        assert left.is_dir()
        async with serving(create_app(settings, MemoryScheduler())):
            assert not left.exists()
            assert (owned / "password").is_file()


async def test_an_api_that_starts_warns_of_the_first_sign_up_until_an_account_exists(
    tmp_path: Path, sqlite_template: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(tmp_path, SERVER_IP="192.0.2.7", PORT="4321")
    copied(sqlite_template, tmp_path)
    words = "The first account that signs up becomes administrator"
    async with serving(create_app(settings, MemoryScheduler())) as client:
        output = capfd.readouterr()
        assert words in output.out + output.err
        assert "192.0.2.7 port 4321" in output.out + output.err
        answer = await client.post(
            "/api/auth/sign-up/email", json=ADA, headers={"Origin": settings.base_url}
        )
        assert answer.status_code == 200, answer.text
        capfd.readouterr()
    async with serving(create_app(settings, MemoryScheduler())):
        output = capfd.readouterr()
        assert words not in output.out + output.err


async def test_an_api_with_another_app_secret_answers_but_is_not_ready(
    tmp_path: Path, sqlite_template: Path
) -> None:
    copied(sqlite_template, tmp_path)
    right = settings_for(tmp_path)
    async with serving(create_app(right, MemoryScheduler())) as client:
        assert "appSecret" not in (await client.get("/api/readiness")).json().get("reasons", {})
    wrong = settings_for(tmp_path, APP_SECRET="another-secret-" + "1" * 32)
    async with serving(create_app(wrong, MemoryScheduler())) as client:
        assert (await client.get("/api/healthcheck")).status_code == 200
        answer = await client.get("/api/readiness")
        assert answer.status_code == 503
        assert "zerobyte rekey" in answer.json()["reasons"]["appSecret"]
        assert "APP_SECRET" in answer.json()["message"]
    async with serving(create_app(right, MemoryScheduler())) as client:
        assert "appSecret" not in (await client.get("/api/readiness")).json().get("reasons", {})
