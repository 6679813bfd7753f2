"""`deployments/prefect.yaml` works with Prefect's own command against our server."""

import os
import sys
from pathlib import Path

from zerobyte.core import process
from zerobyte.orchestration.prefect_scheduler import PrefectScheduler

ROOT = Path(__file__).resolve().parents[3]


async def test_prefects_own_command_deploys_the_flows(prefect_server, tmp_path: Path) -> None:
    environ = {
        "PREFECT_HOME": str(tmp_path),
        "PREFECT_API_URL": prefect_server.url,
        "PREFECT_API_AUTH_STRING": prefect_server.auth,
        "DO_NOT_TRACK": "1",
        "PATH": os.environ["PATH"],
    }
    command = Path(sys.executable).with_name("prefect")
    scheduler = PrefectScheduler(prefect_server.url, prefect_server.auth)
    await scheduler.ensure_ready(["local"])
    await scheduler.aclose()
    words = "--no-prompt deploy --all --prefect-file deployments/prefect.yaml"
    ended = await process.run([str(command), *words.split()], env=environ, cwd=ROOT, timeout_s=180)
    assert ended.code == 0, (ended.stdout_tail, ended.stderr_tail)
    listed: list[bytes] = []
    await process.run(
        [str(command), "deployment", "ls"],
        env={**environ, "COLUMNS": "200"},
        on_stdout_line=listed.append,
        timeout_s=120,
    )
    text = b"\n".join(listed).decode()
    for name in ("forget/local", "restore/local", "snapshots/local"):
        assert name in text
