"""Servers of shares over real protocols by rclone, and the check whether this machine can mount."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import until_sync
from zerobyte.core.real_paths import mount_entries
from zerobyte.demo.ports import free_ports

RCLONE = Path(sys.executable).with_name("rclone")
USER, PASSWORD = "share-user", "share-Passw0rd, with a comma"


@dataclass
class ShareServer:
    """A running server of one folder."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes]"
    known_hosts: str = ""


def require_fuse(*programs: str) -> None:
    """Skip the test where shares cannot be mounted; `scripts/setup-mounts` installs programs."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is missing; run scripts/setup-mounts as root")
    if not Path("/dev/fuse").exists() or os.geteuid() != 0:
        pytest.skip("mounting needs root and /dev/fuse")


@contextmanager
def share_server(kind: str, folder: Path, *flags: str) -> Iterator[ShareServer]:
    """Serve a folder with `rclone serve KIND` on a free port of the loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    work = folder.parent / f"{folder.name}-server"
    work.mkdir(exist_ok=True)
    log = work / "log"
    port = free_ports(1)[0]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                *(str(RCLONE), "serve", kind, str(folder), f"--addr=127.0.0.1:{port}"),
                *("--config", str(work / "none.conf"), "--user", USER, "--pass", PASSWORD, *flags),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={"PATH": os.environ["PATH"], "HOME": str(work)},
        )
    try:
        until_sync(lambda: server.poll() is not None or _is_open(port), limit_s=60, what=log)
        assert server.poll() is None, log.read_text()
        yield ShareServer(folder, port, server, _host_keys(work, port) if kind == "sftp" else "")
    finally:
        server.kill()
        server.wait()


def _is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _host_keys(home: Path, port: int) -> str:
    keys = sorted((home / ".cache/rclone/serve-sftp").glob("*.pub"))
    return "".join(f"[127.0.0.1]:{port} {key.read_text().strip()}\n" for key in keys)


def sftp_config(server: ShareServer, **more: Any) -> dict[str, Any]:
    """Return the config of a volume on an SFTP server, as the API takes it."""
    return {
        "backend": "sftp",
        "host": "127.0.0.1",
        "port": server.port,
        "username": USER,
        "password": PASSWORD,
        "path": "/",
        "knownHosts": server.known_hosts,
        **more,
    }


def mounted_below(folder: Path) -> list[str]:
    """List what is mounted below a folder."""
    return [entry.point for entry in mount_entries() if entry.point.startswith(f"{folder}/")]


def require_nothing_mounted(folder: Path) -> None:
    """Fail if a test left something mounted below a folder, after unmounting it."""
    left = mounted_below(folder)
    for point in left:
        subprocess.run(["umount", "-c", "-l", point], check=False)
    assert left == []


def processes_naming(folder: Path) -> list[list[str]]:
    """List the arguments of the processes that name a path below a folder."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = command.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(f"{folder}/" in argument for argument in arguments):
            found.append(arguments)
    return found
