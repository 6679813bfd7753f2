"""The files in `deployments` give each process no more rights than its work needs."""

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
EVERYWHERE = {
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
    **EVERYWHERE,
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
def test_a_unit_has_the_directives_that_its_work_allows(unit: Path) -> None:
    expected = HARDENING if unit.stem in HARDENED else EVERYWHERE
    found = directives(unit)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("name", HARDENED)
def test_systemd_rates_the_exposure_at_most_4(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    done = subprocess.run(
        [*command, str(DEPLOYMENTS / "systemd" / f"{name}.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    rated = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert rated, done.stdout + done.stderr
    assert float(rated[1]) <= 4.0, done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_says_why_the_rest_stays_open(unit: Path) -> None:
    comments = " ".join(re.findall(r"^# ?(.*)$", unit.read_text(), re.MULTILINE))
    assert "stays open" in comments or "leaves open" in comments


@pytest.mark.parametrize("file", COMPOSE_FILES, ids=lambda file: file.stem)
def test_every_service_drops_its_capabilities_and_gains_no_privileges(file: Path) -> None:
    services = yaml.safe_load(file.read_text())["services"]
    assert services
    for name, service in services.items():
        assert service.get("cap_drop") == ["ALL"], name
        assert "no-new-privileges:true" in service.get("security_opt", []), name
        assert "SYS_ADMIN" not in service.get("cap_add", []), name
        assert not service.get("privileged"), name


def test_a_prefect_of_its_own_is_cleaned_like_the_one_that_we_start() -> None:
    ours = prefect_server(home=Path("/x"), port=1, auth="a:b")
    compose = yaml.safe_load((DEPLOYMENTS / "docker" / "compose.distributed.yaml").read_text())
    unit = (DEPLOYMENTS / "systemd" / "zerobyte-prefect.service").read_text()
    for name, value in PREFECT_DATA_RETENTION.items():
        assert ours[name] == value
        assert compose["services"]["prefect"]["environment"][name] == value
        assert f"\nEnvironment={name}={value}\n" in unit
