"""Two platforms cannot share a port or a folder; the second prints one sentence."""

from pathlib import Path

from tests.e2e.served import ServedPlatform
from zerobyte.demo.ports import free_ports


def test_taken_port_error_names_the_variable(served: ServedPlatform, tmp_path: Path) -> None:
    _, free = free_ports(2)
    second = served.run("serve", ZEROBYTE_DATA_DIR=str(tmp_path), PREFECT_PORT=str(free))
    assert second.returncode == 1
    lines = second.stderr.strip().splitlines()
    assert lines[-1] == (
        f"Port {served.port} is in use by another program. Set PORT to a free port."
    )
    assert "Traceback" not in second.stderr


def test_taken_prefect_port_error_names_the_variable(
    served: ServedPlatform, tmp_path: Path
) -> None:
    _, free = free_ports(2)
    second = served.run("serve", ZEROBYTE_DATA_DIR=str(tmp_path), PORT=str(free))
    assert second.returncode == 1
    assert f"Port {served.prefect_port} is in use" in second.stderr
    assert "Set PREFECT_PORT" in second.stderr


def test_used_data_folder_error_names_the_process(
    served: ServedPlatform,
) -> None:
    port, prefect_port = free_ports(2)
    second = served.run("serve", PORT=str(port), PREFECT_PORT=str(prefect_port))
    assert second.returncode == 1
    assert second.stderr == (
        f"Another Zerobyte (process {served.tree()[0].pid}) uses the data folder {served.home}. "
        "Stop it first, or set ZEROBYTE_DATA_DIR.\n"
    )
