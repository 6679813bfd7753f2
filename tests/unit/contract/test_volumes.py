"""contract.volumes: values that a mount command could read as options are refused."""

from typing import Any

import pytest

from zerobyte.contract.volumes import VolumeConfigBox


@pytest.mark.parametrize(
    "fields",
    [
        {"backend": "sftp", "host": "-oProxyCommand=x", "username": "u", "path": "/"},
        {"backend": "nfs", "server": "-osuid", "exportPath": "/x", "version": "3"},
        {"backend": "smb", "server": "nas", "share": "s", "username": "bob,uid=0"},
        {"backend": "rclone", "remote": "--config=/x", "path": "/"},
        {"backend": "directory", "path": "relative"},
    ],
)
def test_no_value_can_become_an_option_of_a_mount_command(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        VolumeConfigBox.model_validate({"config": fields})
