"""restic.backend_env: ssh reads no configuration of the host, measured by ssh itself."""

import shlex
import subprocess
from pathlib import Path

from tests.support.open_access import ANYWHERE
from zerobyte.contract.repositories import RepositoryAccess, SftpRepositoryConfig
from zerobyte.core import process
from zerobyte.restic.backend_env import locate

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"


def test_sftp_reads_no_ssh_configuration_of_the_host(tmp_path: Path) -> None:
    access = RepositoryAccess(
        id="id",
        short_id="r1234567",
        name="n",
        config=SftpRepositoryConfig.model_validate(
            {
                "backend": "sftp",
                "host": "h.example",
                "user": "u",
                "path": "/srv/r",
                "privateKey": KEY,
            }
        ),
        password="repository-password",
        **ANYWHERE,
    )
    host_config = tmp_path / "config"
    host_config.write_text("Host *\n  IdentityFile ~/.ssh/operator\n  ProxyCommand elsewhere\n")
    with process.secret_files(tmp_path / "run") as folder:
        located = locate(access, folder, rclone_config_dir=tmp_path)
    arguments = shlex.split(located.options[1].removeprefix("sftp.args="))
    # Of several -F, ssh takes the last one: ours.
    command = ["ssh", "-G", "-F", str(host_config), *arguments, "u@h.example"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "operator" not in output
    assert "proxycommand" not in output
