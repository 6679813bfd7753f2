"""The built wheel serves without the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx
import pytest

from tests.support.waiting import until_sync
from zerobyte.demo.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "zerobyte", "flows", "migrations")


def uv(*arguments: str) -> None:
    done = subprocess.run([str(UV), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create an environment with the wheel that uses the installed packages of this one."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, source / name)
    options = ["--wheel", "--offline", "--no-build-isolation", "--python", sys.executable]
    uv("build", *options, "--out-dir", str(folder / "dist"), str(source))
    shutil.rmtree(source)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    [wheel] = (folder / "dist").glob("*.whl")
    uv("pip", "install", "--offline", "--no-deps", "--python", str(python), str(wheel))
    # A path in a .pth file is searched, but the .pth files below it are not read: the editable
    # installation of this checkout stays invisible.
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment


def test_the_wheel_serves_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    port, prefect_port = free_ports(2)
    env = {
        "PATH": f"{installed / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ZEROBYTE_DATA_DIR": str(tmp_path / "data"),
        "SERVER_IP": "127.0.0.1",
        "PORT": str(port),
        "PREFECT_PORT": str(prefect_port),
        "ZEROBYTE_DRAIN_GRACE": "1",
        "MIN_FREE_BYTES": "0",
        "MIN_FREE_PERCENT": "0",
    }
    where = "import zerobyte, flows; print(zerobyte.__file__, flows.__file__)"
    python = str(installed / "bin" / "python")
    found = subprocess.run(
        [python, "-c", where], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert all(path.startswith(str(installed)) for path in found.stdout.split())
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(installed / "bin" / "zerobyte"), "serve"],
            env=env,
            cwd=tmp_path,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until_sync(
            lambda: "Zerobyte is ready" in log.read_text() or process.poll() is not None,
            limit_s=180,
            what="the wheel is not ready",
        )
        assert process.poll() is None, log.read_text()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            assert client.get("/api/readiness").status_code == 200
            assert client.get("/api/v1/openapi.json").status_code == 200
            assert "<html" in client.get("/api/v1/docs").text
        assert (tmp_path / "data" / "data" / "zerobyte.db").stat().st_size > 0
        process.terminate()
        assert process.wait(120) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
