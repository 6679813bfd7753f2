"""Two platforms cannot share a port or a folder; the second prints one sentence."""

from pathlib import Path

from tests.e2e.stage import Stage
from zerobyte.demo.ports import free_ports


def test_taken_port_error_names_the_variable(stage: Stage, tmp_path: Path) -> None:
    _, free = free_ports(2)
    second = stage.run("serve", ZEROBYTE_DATA_DIR=str(tmp_path), PREFECT_PORT=str(free))
    assert second.returncode == 1
    said = second.stderr.strip().splitlines()
    assert said[-1] == (f"Port {stage.port} is in use by another program. Set PORT to a free port.")
    assert "Traceback" not in second.stderr


def test_taken_prefect_port_error_names_the_variable(stage: Stage, tmp_path: Path) -> None:
    _, free = free_ports(2)
    second = stage.run("serve", ZEROBYTE_DATA_DIR=str(tmp_path), PORT=str(free))
    assert second.returncode == 1
    assert f"Port {stage.prefect_port} is in use" in second.stderr
    assert "Set PREFECT_PORT" in second.stderr


def test_used_data_folder_error_names_the_process(
    stage: Stage,
) -> None:
    port, prefect_port = free_ports(2)
    second = stage.run("serve", PORT=str(port), PREFECT_PORT=str(prefect_port))
    assert second.returncode == 1
    assert second.stderr == (
        f"Another Zerobyte (process {stage.tree()[0].pid}) uses the data folder {stage.home}. "
        "Stop it first, or set ZEROBYTE_DATA_DIR.\n"
    )
