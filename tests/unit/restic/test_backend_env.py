"""Each backend becomes an address, variables, options and files, and no secret an argument."""

import base64
import json
import shlex
from pathlib import Path

import pytest

from tests.support.open_access import ANYWHERE
from zerobyte.contract.repositories import (
    Bandwidth,
    RepositoryAccess,
    RepositoryConfigBox,
    SftpRepositoryConfig,
)
from zerobyte.core.errors import Invalid
from zerobyte.restic.backend_env import Location, kib_per_s, locate, private_key

RCLONE_DIR = Path(__file__).with_name("rclone")
GOOGLE_KEY = {
    "type": "service_account",
    "private_key": "k",
    "client_email": "a@p.iam.gserviceaccount.com",
    "token_uri": "https://oauth2.googleapis.com/token",
}
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\r\nAAAA\r\n-----END OPENSSH PRIVATE KEY-----"


class Drawer:
    """Keeps the files in memory."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def write(self, name: str, content: str | bytes) -> Path:
        assert name not in self.files
        self.files[name] = content if isinstance(content, str) else content.decode()
        return Path("/run/s") / name


def place(config: dict) -> tuple[Location, dict[str, str]]:
    drawer = Drawer()
    access = RepositoryAccess(
        id="id",
        short_id="r1234567",
        name="n",
        config=RepositoryConfigBox.model_validate({"config": config}).config,
        password="repository-password",
        **ANYWHERE,
    )
    located = locate(access, drawer, rclone_config_dir=RCLONE_DIR)
    assert located.env.pop("RESTIC_PASSWORD_FILE") == "/run/s/password"
    assert drawer.files.pop("password") == "repository-password"
    arguments = " ".join(located.options)
    assert "repository-password" in located.secrets
    assert not any(secret in arguments for secret in located.secrets)
    assert not any(secret in located.env.get("RESTIC_REPOSITORY", "") for secret in located.secrets)
    return located, drawer.files


S3 = {"bucket": "b/prefix", "accessKeyId": "AKIA1", "secretAccessKey": "sekret-key"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "sekret-key"}


@pytest.mark.parametrize(
    ("config", "env", "options"),
    [
        ({"backend": "local", "path": "/srv/r"}, {"RESTIC_REPOSITORY": "/srv/r"}, []),
        (
            {"backend": "s3", "endpoint": "https://s3.example.com/", **S3},
            {"RESTIC_REPOSITORY": "s3:https://s3.example.com/b/prefix", **KEYS},
            [],
        ),
        (
            {"backend": "s3", "endpoint": "obs.eu.myhuaweicloud.com", **S3},
            {"RESTIC_REPOSITORY": "s3:obs.eu.myhuaweicloud.com/b/prefix", **KEYS},
            ["-o", "s3.bucket-lookup=dns"],
        ),
        (
            {"backend": "s3", "endpoint": "http://myhuaweicloud.com.example.org", **S3},
            {"RESTIC_REPOSITORY": "s3:http://myhuaweicloud.com.example.org/b/prefix", **KEYS},
            [],
        ),
        (
            {"backend": "r2", "endpoint": "https://a.r2.cloudflarestorage.com/", **S3},
            {
                "RESTIC_REPOSITORY": "s3:a.r2.cloudflarestorage.com/b/prefix",
                "AWS_DEFAULT_REGION": "auto",
                **KEYS,
            },
            ["-o", "s3.region=auto", "-o", "s3.bucket-lookup=path"],
        ),
        (
            {
                "backend": "azure",
                "container": "c",
                "accountName": "me",
                "accountKey": "azure-secret",
                "endpointSuffix": "core.example",
            },
            {
                "RESTIC_REPOSITORY": "azure:c:/",
                "AZURE_ACCOUNT_NAME": "me",
                "AZURE_ACCOUNT_KEY": "azure-secret",
                "AZURE_ENDPOINT_SUFFIX": "core.example",
            },
            [],
        ),
        (
            {"backend": "rclone", "remote": "drive", "path": "a b/c", "insecureTls": True},
            {
                "RESTIC_REPOSITORY": "rclone:drive:a b/c",
                "RCLONE_CONFIG": str(RCLONE_DIR / "rclone.conf"),
                "RCLONE_NO_CHECK_CERTIFICATE": "true",
            },
            ["--insecure-tls"],
        ),
        (
            {
                "backend": "rest",
                "url": "http://h:8000/",
                "path": "/p/",
                "username": "user1",
                "password": "rest-password",
            },
            {
                "RESTIC_REPOSITORY": "rest:http://h:8000/p",
                "RESTIC_REST_USERNAME": "user1",
                "RESTIC_REST_PASSWORD": "rest-password",
            },
            [],
        ),
        (
            {"backend": "rest", "url": "https://h"},
            {"RESTIC_REPOSITORY": "rest:https://h"},
            [],
        ),
    ],
    ids=[
        "local",
        "s3",
        "s3-huawei",
        "s3-alike",
        "r2",
        "azure",
        "rclone",
        "rest",
        "rest-plain",
    ],
)
def test_backends_without_files(config, env, options):
    located, files = place(config)
    assert (located.env, located.options, files) == (env, options, {})


def test_gcs_hands_its_credentials_over_in_a_file():
    located, files = place(
        {
            "backend": "gcs",
            "bucket": "b",
            "projectId": "p",
            "credentialsJson": json.dumps(GOOGLE_KEY),
        }
    )
    assert located.env == {
        "RESTIC_REPOSITORY": "gs:b:/",
        "GOOGLE_PROJECT_ID": "p",
        "GOOGLE_APPLICATION_CREDENTIALS": "/run/s/gcs.json",
    }
    assert json.loads(files["gcs.json"]) == GOOGLE_KEY


def ssh_arguments(located: Location) -> list[str]:
    flag, option = located.options
    assert flag == "-o"
    assert option.startswith("sftp.args=")
    return shlex.split(option.removeprefix("sftp.args="))


def sftp(**more) -> dict:
    return {
        "backend": "sftp",
        "host": "h.example",
        "user": "u",
        "path": "/srv/r",
        "privateKey": KEY,
        **more,
    }


def test_sftp_checks_the_host_by_default_and_never_asks():
    located, files = place(sftp())
    assert located.env == {"RESTIC_REPOSITORY": "sftp:u@h.example:/srv/r"}
    arguments = ssh_arguments(located)
    assert {"BatchMode=yes", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes"} <= set(arguments)
    assert arguments[-2:] == ["-i", "/run/s/ssh_key"]
    assert files == {"ssh_key": KEY.replace("\r\n", "\n") + "\n"}


def test_sftp_known_hosts_port_and_old_keys():
    located, files = place(
        sftp(port="2222", knownHosts="h ssh-ed25519 AAAA", allowLegacySshRsa=True)
    )
    arguments = ssh_arguments(located)
    assert arguments[-2:] == ["-p", "2222"]
    assert "UserKnownHostsFile=/run/s/known_hosts" in arguments
    assert "PubkeyAcceptedAlgorithms=+ssh-rsa" in arguments
    assert files["known_hosts"] == "h ssh-ed25519 AAAA\n"


def test_sftp_without_check_and_with_an_ipv6_address():
    located, _ = place(sftp(host="::1", skipHostKeyCheck=True, knownHosts="ignored"))
    assert located.env["RESTIC_REPOSITORY"] == "sftp://u@[::1]//srv/r"
    arguments = ssh_arguments(located)
    assert "StrictHostKeyChecking=no" in arguments
    assert "UserKnownHostsFile=/dev/null" in arguments


def test_keys_with_a_passphrase_are_refused_in_both_forms():
    header = b"openssh-key-v1\0" + (10).to_bytes(4, "big") + b"aes256-ctr" + b"rest"
    body = base64.b64encode(header).decode()
    new = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----"
    old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n"
    for key in (new, old):
        with pytest.raises(Invalid, match="Passphrase-protected"):
            private_key(key)


def test_certificates_and_limits_are_for_every_backend():
    limits = {
        "uploadLimit": {"enabled": True, "value": 10, "unit": "Mbps"},
        "downloadLimit": {"enabled": False, "value": 1},
    }
    located, files = place({"backend": "rest", "url": "https://h", "cacert": CERTIFICATE, **limits})
    assert located.env["RESTIC_CACERT"] == "/run/s/cacert.pem"
    assert files == {"cacert.pem": CERTIFICATE}
    assert located.options == ["--limit-upload=1220"]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1, "Kbps", 1),
        (80, "Kbps", 9),
        (10, "Mbps", 1220),
        (120, "Mbps", 14648),
        (1, "Gbps", 122070),
    ],
)
def test_limits_are_decimal_bits_in_and_kibibytes_out(value, unit, expected):
    assert kib_per_s(Bandwidth(enabled=True, value=value, unit=unit)) == expected


def test_a_password_with_blanks_at_its_ends_is_not_trimmed_by_a_file():
    drawer = Drawer()
    config = RepositoryConfigBox.model_validate({"config": {"backend": "local", "path": "/r"}})
    access = RepositoryAccess(
        id="i", short_id="r", name="n", config=config.config, password=" pass word ", **ANYWHERE
    )
    located = locate(access, drawer)
    assert located.env["RESTIC_PASSWORD"] == " pass word "
    assert drawer.files == {}


@pytest.mark.parametrize("content", ["", "[other]\n", "RCLONE_ENCRYPT_V0:\nx\n[drive]\n", None])
def test_only_remotes_that_rclone_conf_names_are_used(tmp_path, content):
    if content is not None:
        (tmp_path / "rclone.conf").write_text(content)
    config = {"backend": "rclone", "remote": "drive", "path": "x"}
    access = RepositoryAccess(
        id="i",
        short_id="r",
        name="n",
        config=RepositoryConfigBox.model_validate({"config": config}).config,
        password="p",
        **ANYWHERE,
    )
    with pytest.raises(Invalid, match=r"rclone\.conf"):
        locate(access, Drawer(), rclone_config_dir=tmp_path)


def test_an_old_row_that_a_rule_refuses_is_not_used():
    config = SftpRepositoryConfig.model_construct(
        backend="sftp", host="[-oProxyCommand=x]", user="u", path="/p", private_key=KEY
    )
    access = RepositoryAccess.model_construct(
        id="i", short_id="r", name="n", config=config, password="p"
    )
    with pytest.raises(Invalid, match="host must be"):
        locate(access, Drawer())
