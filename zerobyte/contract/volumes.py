"""Volumes on the wire: one config for each of the six backends."""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from zerobyte.contract.base import Config, NonEmpty, OptionalSecret, Port

VolumeType = Literal["directory", "nfs", "smb", "webdav", "rclone", "sftp"]
VolumeStatus = Literal["mounted", "unmounted", "error"]

_UNSAFE = re.compile(r"[\x00-\x1f\x7f,\s]")


def _plain_word(value: str) -> str:
    """Refuse texts that a mount command reads as an option or as several values."""
    if value.startswith("-"):
        raise ValueError("must not start with '-'")
    if _UNSAFE.search(value):
        raise ValueError("must not contain commas, white space or control characters")
    return value


def _plain_path(value: str) -> str:
    if value.startswith("-"):
        raise ValueError("must not start with '-'")
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise ValueError("must not contain control characters")
    return value


def _absolute(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError("must be an absolute path")
    return value


Word = Annotated[NonEmpty, AfterValidator(_plain_word)]
PathText = Annotated[NonEmpty, AfterValidator(_plain_path)]


class DirectoryConfig(Config):
    """An existing folder on the worker's host."""

    backend: Literal["directory"]
    path: Annotated[PathText, AfterValidator(_absolute)]
    read_only: bool | None = None


class NfsConfig(Config):
    """An NFS export."""

    backend: Literal["nfs"]
    server: Word
    export_path: PathText
    port: Port = 2049
    version: Literal["3", "4", "4.1"]
    read_only: bool | None = None


class SmbConfig(Config):
    """A Windows or Samba share."""

    bound_to: ClassVar[tuple[str, ...]] = ("server", "port", "username", "domain")

    backend: Literal["smb"]
    server: Word
    share: PathText
    username: Word | None = None
    password: OptionalSecret = None
    guest: bool | None = None
    map_to_container_uid_gid: bool = False
    vers: Literal["1.0", "2.0", "2.1", "3.0", "auto"] = "auto"
    domain: Word | None = None
    port: Port = 445
    read_only: bool | None = None


class WebdavConfig(Config):
    """A WebDAV folder. The default port is 443 if `ssl` is on, else 80."""

    bound_to: ClassVar[tuple[str, ...]] = ("server", "port", "username")

    backend: Literal["webdav"]
    server: Word
    path: PathText
    username: PathText | None = None
    password: OptionalSecret = None
    port: Port = 80
    read_only: bool | None = None
    ssl: bool | None = None

    @model_validator(mode="after")
    def _port_follows_ssl(self) -> Self:
        if self.ssl and "port" not in self.model_fields_set:
            self.port = 443
        return self


class RcloneConfig(Config):
    """A path of a remote in rclone's own configuration."""

    backend: Literal["rclone"]
    remote: Word
    path: PathText
    read_only: bool | None = None


class SftpConfig(Config):
    """A folder of an SSH server, mounted with sshfs."""

    bound_to: ClassVar[tuple[str, ...]] = ("host", "port", "username")

    backend: Literal["sftp"]
    host: Word
    port: Port = 22
    username: Word
    password: OptionalSecret = None
    private_key: OptionalSecret = None
    path: PathText
    read_only: bool | None = None
    skip_host_key_check: bool = False
    known_hosts: str | None = None
    allow_legacy_ssh_rsa: bool = False
    allow_unsafe_symlink_targets: bool = False

    @model_validator(mode="after")
    def _unsafe_links_need_a_known_host(self) -> Self:
        unverified = self.skip_host_key_check or not (self.known_hosts or "").strip()
        if self.allow_unsafe_symlink_targets and unverified:
            raise ValueError(
                "Unsafe symlink targets require host key verification with known hosts"
            )
        return self


VolumeConfig = Annotated[
    DirectoryConfig | NfsConfig | SmbConfig | WebdavConfig | RcloneConfig | SftpConfig,
    Field(discriminator="backend"),
]


class VolumeConfigBox(BaseModel):
    """Parses a stored config: `VolumeConfigBox.model_validate({"config": {...}}).config`."""

    config: VolumeConfig
