"""Files in `deployments`: each process has only the rights that it needs."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from zerobyte.processes.child_env import PREFECT_DATA_RETENTION, prefect_server

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
UNITS = sorted((DEPLOYMENTS / "systemd").glob("*.service"))
HARDENED = ("zerobyte-api", "zerobyte-prefect")
COMPOSE_FILES = sorted((DEPLOYMENTS / "docker").glob("compose*.yaml"))
HARDENING_OF_ALL = {
    "UMask": "0077",
    "NoNewPrivileges": "true",
    "ProtectClock": "true",
    "ProtectKernelLogs": "true",
    "ProtectKernelModules": "true",
    "ProtectKernelTunables": "true",
    "RestrictRealtime": "true",
    "LockPersonality": "true",
    "SystemCallArchitectures": "native",
}
HARDENING = {
    **HARDENING_OF_ALL,
    "User": "zerobyte",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "PrivateUsers": "true",
    "ProtectControlGroups": "true",
    "ProtectProc": "invisible",
    "RestrictNamespaces": "true",
    "RestrictSUIDSGID": "true",
}


def directives(unit: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_has_its_hardening_directives(unit: Path) -> None:
    expected = HARDENING if unit.stem in HARDENED else HARDENING_OF_ALL
    actual = directives(unit)
    assert {name: actual.get(name) for name in expected} == expected


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("name", HARDENED)
def test_systemd_exposure_level_is_at_most_4(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    result = subprocess.run(
        [*command, str(DEPLOYMENTS / "systemd" / f"{name}.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"exposure level for \S+: ([0-9.]+)", result.stdout)
    assert level, result.stdout + result.stderr
    assert float(level[1]) <= 4.0, result.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_explains_what_stays_open(unit: Path) -> None:
    comments = " ".join(re.findall(r"^# ?(.*)$", unit.read_text(), re.MULTILINE))
    assert "stays open" in comments or "leaves open" in comments


@pytest.mark.parametrize("file", COMPOSE_FILES, ids=lambda file: file.stem)
def test_every_service_drops_capabilities_and_gains_no_privileges(file: Path) -> None:
    services = yaml.safe_load(file.read_text())["services"]
    assert services
    for name, service in services.items():
        assert service.get("cap_drop") == ["ALL"], name
        assert "no-new-privileges:true" in service.get("security_opt", []), name
        assert "SYS_ADMIN" not in service.get("cap_add", []), name
        assert not service.get("privileged"), name


def test_separate_prefect_servers_have_the_clean_up_settings_of_serve() -> None:
    environment = prefect_server(home=Path("/x"), port=1, auth="a:b")
    compose = yaml.safe_load((DEPLOYMENTS / "docker" / "compose.distributed.yaml").read_text())
    unit = (DEPLOYMENTS / "systemd" / "zerobyte-prefect.service").read_text()
    for name, value in PREFECT_DATA_RETENTION.items():
        assert environment[name] == value
        assert compose["services"]["prefect"]["environment"][name] == value
        assert f"\nEnvironment={name}={value}\n" in unit
