"""Address, environment, options and secret files of a repository for restic.

One function for each of the eight backends; it writes secret files and starts nothing. `options`
holds no secret, because every process of the host can read a child's arguments.
"""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

from zerobyte.contract.field_checks import address_host, google_credentials, remote_names
from zerobyte.contract.repositories import (
    AzureConfig,
    Bandwidth,
    GcsConfig,
    LocalConfig,
    R2Config,
    RcloneRepositoryConfig,
    RepositoryAccess,
    RepositoryConfig,
    RestConfig,
    S3Config,
    SftpRepositoryConfig,
)
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Invalid
from zerobyte.core.ssh_keys import private_key

_BITS_PER_S: Final = {"Kbps": 1_000, "Mbps": 1_000_000, "Gbps": 1_000_000_000}
_BUCKET_IN_HOST: Final = (".myhuaweicloud.com", ".myhuaweicloud.eu")
_SSH_OPTIONS: Final[tuple[str, ...]] = (
    "LogLevel=ERROR",
    "BatchMode=yes",
    "NumberOfPasswordPrompts=0",
    "PreferredAuthentications=publickey",
    "PasswordAuthentication=no",
    "KbdInteractiveAuthentication=no",
    "IdentitiesOnly=yes",
    "ConnectTimeout=10",
    "ConnectionAttempts=1",
    "ServerAliveInterval=60",
    "ServerAliveCountMax=240",
)


class Folder(Protocol):
    """A folder for secret files: `zerobyte.core.process.SecretFolder`, or a fake in tests."""

    def write(self, name: str, content: str | bytes) -> Path:
        """Create one file that only we can read."""
        ...


@dataclass(slots=True)
class Location:
    """The settings with which a child finds and opens one repository.

    env         for the child alone; holds the address too, which may contain a password.
    options     restic's global flags; no secrets.
    secrets     the values to redact in everything that the child prints.
    """

    env: dict[str, str] = field(default_factory=dict[str, str])
    options: list[str] = field(default_factory=list[str])
    secrets: list[str] = field(default_factory=list[str])


def locate(
    access: RepositoryAccess, folder: Folder, *, rclone_config_dir: Path | None = None
) -> Location:
    """Write the secret files of a repository and return its location for restic.

    Raises
        Invalid     a rule refuses a field (an old row may hold anything), rclone.conf does not
                    name the remote, or the SSH key has a passphrase.
    """
    config = access.config
    require_valid(config)
    location = _backend(config, folder, rclone_config_dir)
    if access.password == access.password.strip():
        location.env["RESTIC_PASSWORD_FILE"] = str(folder.write("password", access.password))
    else:
        # restic trims what it reads from a file, so blanks at the ends need the environment.
        location.env["RESTIC_PASSWORD"] = access.password
    location.secrets.append(access.password)
    secrets = (getattr(config, name) for name in config.secret_fields())
    location.secrets += [secret for secret in secrets if secret]
    if config.insecure_tls:
        location.options.append("--insecure-tls")
    if config.cacert:
        certificate = str(folder.write("cacert.pem", config.cacert))
        location.env["RESTIC_CACERT"] = certificate
        if isinstance(config, RcloneRepositoryConfig):
            location.env["RCLONE_CA_CERT"] = certificate
    for flag, limit in (
        ("--limit-upload", config.upload_limit),
        ("--limit-download", config.download_limit),
    ):
        if limit is not None and limit.enabled:
            location.options.append(f"{flag}={kib_per_s(limit)}")
    return location


def kib_per_s(limit: Bandwidth) -> int:
    """Return a limit in restic's unit (KiB/s), rounded down, at least 1."""
    return max(1, int(limit.value * _BITS_PER_S[limit.unit] / 8 / 1024))


def _backend(config: RepositoryConfig, folder: Folder, rclone_config_dir: Path | None) -> Location:
    match config:
        case LocalConfig():
            return _at(config.path)
        case S3Config() | R2Config():
            return _s3(config)
        case GcsConfig():
            return _gcs(config, folder)
        case AzureConfig():
            return _azure(config)
        case RcloneRepositoryConfig():
            return _rclone(config, rclone_config_dir)
        case RestConfig():
            return _rest(config)
        case SftpRepositoryConfig():
            return _sftp(config, folder)


def _at(address: str, **env: str) -> Location:
    return Location(env={"RESTIC_REPOSITORY": address, **env})


def _s3(config: S3Config | R2Config) -> Location:
    endpoint = config.endpoint.strip().rstrip("/")
    if config.backend == "r2":
        endpoint = re.sub(r"^https?://", "", endpoint)
    location = _at(
        f"s3:{endpoint}/{config.bucket}",
        AWS_ACCESS_KEY_ID=config.access_key_id,
        AWS_SECRET_ACCESS_KEY=config.secret_access_key,
    )
    if config.backend == "r2":
        # R2 knows one region, and its buckets are folders of the endpoint.
        location.env["AWS_DEFAULT_REGION"] = "auto"
        location.options += ["-o", "s3.region=auto", "-o", "s3.bucket-lookup=path"]
    elif s3_needs_host_style(endpoint):
        location.options += ["-o", "s3.bucket-lookup=dns"]
    return location


def s3_needs_host_style(endpoint: str) -> bool:
    """Return True if the S3 service accepts the bucket only as a part of the host name."""
    return endpoint_host(endpoint).endswith(_BUCKET_IN_HOST)


def endpoint_host(endpoint: str) -> str:
    """Return the host of an S3 endpoint, in lower case and without brackets."""
    bare = re.sub(r"\Ahttps?://", "", endpoint.strip())
    return urlsplit(f"//{bare}").hostname or ""


def _gcs(config: GcsConfig, folder: Folder) -> Location:
    # Written again: the client must read exactly the fields that were checked.
    checked = json.dumps(google_credentials(config.credentials_json))
    return _at(
        f"gs:{config.bucket}:/",
        GOOGLE_PROJECT_ID=config.project_id,
        GOOGLE_APPLICATION_CREDENTIALS=str(folder.write("gcs.json", checked)),
    )


def _azure(config: AzureConfig) -> Location:
    location = _at(
        f"azure:{config.container}:/",
        AZURE_ACCOUNT_NAME=config.account_name,
        AZURE_ACCOUNT_KEY=config.account_key,
    )
    if config.endpoint_suffix:
        location.env["AZURE_ENDPOINT_SUFFIX"] = config.endpoint_suffix
    return location


def _rclone(config: RcloneRepositoryConfig, config_dir: Path | None) -> Location:
    require_named_remote(config.remote, config_dir)
    location = _at(f"rclone:{config.remote}:{config.path}")
    if config_dir is not None:
        location.env["RCLONE_CONFIG"] = str(config_dir / "rclone.conf")
    if config.insecure_tls:
        location.env["RCLONE_NO_CHECK_CERTIFICATE"] = "true"
    return location


def require_named_remote(remote: str, config_dir: Path | None) -> None:
    """Refuse a remote that rclone.conf of this host does not name.

    Raises
        Invalid     the remote is not in the file, or the file is unreadable or encrypted.
    """
    where = ["config", "remote"]
    try:
        text = (config_dir / "rclone.conf").read_text(errors="replace") if config_dir else ""
    except OSError:
        text = ""
    if remote not in remote_names(text):
        raise Invalid.at(
            where,
            "The rclone remote is not configured: rclone.conf of the host that runs rclone does "
            "not name it, or cannot be read",
        )


def _rest(config: RestConfig) -> Location:
    address = config.url.rstrip("/")
    if config.path and config.path.strip("/"):
        address = f"{address}/{config.path.strip('/')}"
    location = _at(f"rest:{address}")
    if config.username:
        location.env["RESTIC_REST_USERNAME"] = config.username
    if config.password:
        location.env["RESTIC_REST_PASSWORD"] = config.password
    return location


def _sftp(config: SftpRepositoryConfig, folder: Folder) -> Location:
    host = address_host(config.host)
    if ":" in host:
        # Only the URL form can hold an IPv6 address; its path begins after the first slash.
        location = _at(f"sftp://{config.user}@[{host}]/{quote(config.path)}")
    else:
        location = _at(f"sftp:{config.user}@{host}:{config.path}")
    location.options += ["-o", f"sftp.args={shlex.join(_ssh_arguments(config, folder))}"]
    return location


def _ssh_arguments(config: SftpRepositoryConfig, folder: Folder) -> list[str]:
    options: list[str] = [*_SSH_OPTIONS]
    if config.allow_legacy_ssh_rsa:
        options += ["HostKeyAlgorithms=+ssh-rsa", "PubkeyAcceptedAlgorithms=+ssh-rsa"]
    if config.skip_host_key_check:
        options += ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"]
    else:
        options.append("StrictHostKeyChecking=yes")
        if config.known_hosts and config.known_hosts.strip():
            known = folder.write("known_hosts", config.known_hosts.strip() + "\n")
            options.append(f"UserKnownHostsFile={known}")
    key = folder.write("ssh_key", private_key(config.private_key))
    # Without `-F none`, the ssh configuration of our account would add the operator's own keys,
    # reuse open connections, or connect to another host than the checked one.
    arguments = ["-F", "none", *(part for option in options for part in ("-o", option))]
    arguments += ["-i", str(key)]
    if config.port != 22:
        arguments += ["-p", str(config.port)]
    return arguments
