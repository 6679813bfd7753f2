"""What one restic gets to reach two repositories: no setting of one reaches the other."""

import shlex
from pathlib import Path
from typing import Any

from zerobyte.contract.repositories import RepositoryAccess, RepositoryConfigBox
from zerobyte.restic.backend_env import Location, locate
from zerobyte.restic.copy_location import Side, combined

OPEN = {"allow_private_networks": True, "allowed_roots": ["/"], "protected_folders": []}
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----"


class Folder:
    """Keeps the files in memory."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[str, str] = {}

    def write(self, name: str, content: str | bytes) -> Path:
        assert name not in self.files
        self.files[name] = str(content)
        return Path(f"/run/{self.name}/{name}")


def both(source: dict[str, Any], mirror: dict[str, Any]) -> tuple[Location, Folder]:
    """Return the combined location and the folder of the mirror."""
    sides: list[Side] = []
    for name, fields in (("source", source), ("mirror", mirror)):
        config = RepositoryConfigBox.model_validate({"config": fields}).config
        access = RepositoryAccess(
            id=name, short_id=name, name=name, config=config, password=f"pw-{name}", **OPEN
        )
        folder = Folder(name)
        sides.append(Side(config, locate(access, folder), folder))
    folder = sides[1].folder
    assert isinstance(folder, Folder)
    return combined(*sides), folder


def s3(name: str, **more: Any) -> dict[str, Any]:
    fields = {"backend": "s3", "endpoint": f"https://{name}.example", "bucket": "b"}
    return {**fields, "accessKeyId": f"id-{name}", "secretAccessKey": f"key-{name}", **more}


def test_t19_two_s3_accounts_have_credentials_of_their_own() -> None:
    location, _ = both(s3("one", insecureTls=True), s3("two"))
    env = location.env
    assert (env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]) == ("id-two", "key-two")
    assert env["RESTIC_REPOSITORY"] == "s3:https://two.example/b"
    assert env["RESTIC_FROM_REPOSITORY"] == "rclone:zerobytesource:b"
    assert env["RCLONE_CONFIG_ZEROBYTESOURCE_SECRET_ACCESS_KEY"] == "key-one"
    assert env["RCLONE_NO_CHECK_CERTIFICATE"] == "true"
    assert location.options == [], "the mirror's certificate is checked"
    assert {"key-one", "key-two", "pw-source", "pw-mirror"} <= set(location.secrets)


def test_aws_itself_gets_its_region() -> None:
    aws = s3("one", endpoint="https://s3.eu-central-1.amazonaws.com")
    env = both(aws, s3("two"))[0].env
    assert env["RCLONE_CONFIG_ZEROBYTESOURCE_PROVIDER"] == "AWS"
    assert env["RCLONE_CONFIG_ZEROBYTESOURCE_REGION"] == "eu-central-1"


def test_rest_credentials_reach_their_own_server_only() -> None:
    rest = {"backend": "rest", "url": "https://one.example/p", "username": "u", "password": "a/b"}
    location, _ = both(rest, {"backend": "rest", "url": "https://two.example"})
    assert location.env["RESTIC_FROM_REPOSITORY"] == "rest:https://u:a%2Fb@one.example/p"
    assert location.env["RESTIC_REPOSITORY"] == "rest:https://two.example"
    assert not [name for name in location.env if name.startswith("RESTIC_REST_")]
    assert "a%2Fb" in location.secrets


def test_two_ssh_hosts_have_settings_of_their_own() -> None:
    sftp = {"backend": "sftp", "user": "u", "privateKey": KEY, "knownHosts": "one ssh-rsa A"}
    location, folder = both(
        {**sftp, "host": "one", "port": 2222, "path": "/srv/r"},
        {**sftp, "host": "two", "path": "r", "knownHosts": None, "skipHostKeyCheck": True},
    )
    assert location.env["RESTIC_FROM_REPOSITORY"] == "sftp:u@zerobyte-source:/srv/r"
    assert location.env["RESTIC_REPOSITORY"] == "sftp:u@zerobyte-mirror:r"
    [argument] = [one for one in location.options if one.startswith("sftp.args=")]
    assert shlex.split(argument.removeprefix("sftp.args=")) == ["-F", "/run/mirror/ssh_config"]
    first, second = folder.files["ssh_config"].split("\n\n")
    for line in ("HostName one", "Port 2222", "StrictHostKeyChecking yes",
                 'UserKnownHostsFile "/run/source/known_hosts"',
                 'IdentityFile "/run/source/ssh_key"'):  # fmt: skip
        assert f"  {line}" in first.splitlines()
    assert "  StrictHostKeyChecking no" in second.splitlines()
    assert '  IdentityFile "/run/mirror/ssh_key"' in second.splitlines()


def test_limits_apply_to_reads_of_the_source_and_writes_of_the_mirror() -> None:
    limit = {"enabled": True, "value": 8, "unit": "Mbps"}
    limits = {"uploadLimit": limit, "downloadLimit": {**limit, "value": 16}}
    location, _ = both(
        {"backend": "local", "path": "/srv/a", "insecureTls": True, **limits},
        {"backend": "local", "path": "/srv/b", **limits},
    )
    assert location.options == ["--limit-download=1953", "--limit-upload=976"]
    assert location.env["RESTIC_FROM_PASSWORD_FILE"] == "/run/source/password"
    assert location.env["RESTIC_PASSWORD_FILE"] == "/run/mirror/password"
