"""The TypeScript client made from openapi.json compiles under strict and works on a live server."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.http_server import serving, settings_for
from zerobyte.app import create_app
from zerobyte.orchestration.memory_scheduler import MemoryScheduler

ROOT = Path(__file__).resolve().parents[3]
CLIENT = ROOT / "tests" / "client"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
LIMIT_S = 100

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None, reason="needs node and npm"
)


async def ran(folder: Path, *command: str, limit_s: float = LIMIT_S) -> tuple[int, str]:
    """Run a command to its end; one that takes too long is killed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return -1, "it took too long"
    return process.returncode or 0, output.decode(errors="replace")


@pytest.fixture
async def project(tmp_path: Path) -> Path:
    """A copy of the project with its packages, which are fetched once for each lock file."""
    lock = (CLIENT / "package-lock.json").read_bytes()
    # Packages find each other only in a folder of this name.
    name = f"client-{hashlib.sha256(lock).hexdigest()[:16]}"
    kept = CACHE / "zerobyte-tests" / name / "node_modules"
    folder = tmp_path / "client"
    shutil.copytree(CLIENT, folder, ignore=shutil.ignore_patterns("node_modules", "generated"))
    if not kept.is_dir():
        code, output = await ran(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        if code != 0:
            pytest.skip(f"the packages cannot be fetched: {output[-300:]}")
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.move(folder / "node_modules", kept)
        except OSError:
            assert kept.is_dir()  # another test session was first
    (folder / "node_modules").symlink_to(kept)
    return folder


@pytest.fixture
async def base_url(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[str]:
    database = tmp_path / "data" / "zerobyte.db"
    database.parent.mkdir()
    shutil.copyfile(sqlite_template, database)
    app = create_app(settings_for(tmp_path / "data"), MemoryScheduler())
    async with serving(app) as client:
        yield str(client.base_url).rstrip("/")


async def test_the_generated_typescript_client_compiles_and_works(
    project: Path, base_url: str, tmp_path: Path
) -> None:
    document = str(ROOT / "openapi.json")
    tools = project / "node_modules" / ".bin"
    code, output = await ran(
        project, str(tools / "openapi-ts"), "-i", document, "-o", "generated", "--no-log-file"
    )
    assert code == 0, output
    code, output = await ran(project, str(tools / "tsc"), "-p", ".")
    assert code == 0, output
    for name in ("source", "repositories"):
        (tmp_path / name).mkdir()
    code, output = await ran(
        project, "node", "out/exercise.js", base_url, settings_for(tmp_path / "data").base_url,
        str(tmp_path / "source"), str(tmp_path / "repositories"),
    )  # fmt: skip
    assert (code, output.strip().splitlines()[-1:]) == (0, ["ok"]), output
