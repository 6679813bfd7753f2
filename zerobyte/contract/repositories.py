"""Repositories on the wire: one config for each of the eight backends."""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from zerobyte.contract import user_info
from zerobyte.contract.base import ApiModel, Config, NonEmpty, OptionalSecret, Port, Secret

RepositoryType = Literal["local", "s3", "r2", "gcs", "azure", "rclone", "rest", "sftp"]
RepositoryStatus = Literal["healthy", "error", "unknown", "doctor", "cancelled"]
CompressionMode = Literal["off", "auto", "max"]


def _no_option(value: str) -> str:
    """Refuse texts that a command line reads as an option, and control characters."""
    if value.startswith("-"):
        raise ValueError("must not start with '-'")
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise ValueError("must not contain control characters")
    return value


def _word(value: str) -> str:
    if re.search(r"\s", _no_option(value)):
        raise ValueError("must not contain white space")
    return value


def _absolute(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError("must be an absolute path")
    return value


def _http_url(value: str) -> str:
    if not re.match(r"https?://[^/]", value):
        raise ValueError("must be an http:// or https:// address")
    return value


Location = Annotated[NonEmpty, AfterValidator(_no_option)]
Word = Annotated[NonEmpty, AfterValidator(_word)]


class Bandwidth(ApiModel):
    """A limit in decimal bits per second; without `enabled` it has no effect."""

    enabled: bool = False
    value: float = Field(default=1, gt=0)
    unit: Literal["Kbps", "Mbps", "Gbps"] = "Mbps"


class _RepositoryConfig(Config):
    is_existing_repository: bool | None = None
    custom_password: OptionalSecret = None
    cacert: OptionalSecret = None
    insecure_tls: bool | None = None
    upload_limit: Bandwidth | None = None
    download_limit: Bandwidth | None = None


class LocalConfig(_RepositoryConfig):
    """A folder on the worker's host."""

    bound_to: ClassVar[tuple[str, ...]] = ("path",)

    backend: Literal["local"]
    path: Annotated[Location, AfterValidator(_absolute)]


class S3Config(_RepositoryConfig):
    """A bucket of any S3-compatible service."""

    bound_to: ClassVar[tuple[str, ...]] = ("endpoint",)

    backend: Literal["s3"]
    endpoint: Annotated[Word, AfterValidator(user_info.refused)]
    bucket: Location
    access_key_id: Secret
    secret_access_key: Secret


class R2Config(_RepositoryConfig):
    """A bucket of Cloudflare R2."""

    bound_to: ClassVar[tuple[str, ...]] = ("endpoint",)

    backend: Literal["r2"]
    endpoint: Annotated[Word, AfterValidator(user_info.refused)]
    bucket: Location
    access_key_id: Secret
    secret_access_key: Secret


class GcsConfig(_RepositoryConfig):
    """A bucket of Google Cloud Storage."""

    bound_to: ClassVar[tuple[str, ...]] = ("bucket", "project_id")

    backend: Literal["gcs"]
    bucket: Location
    project_id: Word
    credentials_json: Secret


class AzureConfig(_RepositoryConfig):
    """A container of Azure Blob Storage."""

    bound_to: ClassVar[tuple[str, ...]] = ("account_name", "endpoint_suffix")

    backend: Literal["azure"]
    container: Location
    account_name: Word
    account_key: Secret
    endpoint_suffix: Word | None = None


class RcloneRepositoryConfig(_RepositoryConfig):
    """A path of a remote in rclone's own configuration."""

    bound_to: ClassVar[tuple[str, ...]] = ("remote", "path")

    backend: Literal["rclone"]
    remote: Word
    path: Location


class RestConfig(_RepositoryConfig):
    """A restic REST server."""

    bound_to: ClassVar[tuple[str, ...]] = ("url",)

    backend: Literal["rest"]
    url: Annotated[Word, AfterValidator(_http_url), AfterValidator(user_info.checked)]
    username: OptionalSecret = None
    password: OptionalSecret = None
    path: Location | None = None

    @model_validator(mode="after")
    def _user_info_is_encrypted(self) -> Self:
        """Move the user info of the address into the fields that are stored encrypted."""
        self.url, user, password = user_info.split(self.url)
        if (user and self.username not in (None, user)) or (
            password and self.password not in (None, password)
        ):
            raise ValueError("The address holds another user name or password than the fields")
        self.username, self.password = user or self.username, password or self.password
        return self


class SftpRepositoryConfig(_RepositoryConfig):
    """A folder of an SSH server."""

    bound_to: ClassVar[tuple[str, ...]] = ("host", "port", "user")

    backend: Literal["sftp"]
    host: Word
    port: Port = 22
    user: Word
    path: Location
    private_key: Secret
    skip_host_key_check: bool = False
    known_hosts: str | None = None
    allow_legacy_ssh_rsa: bool = False


RepositoryConfig = Annotated[
    LocalConfig
    | S3Config
    | R2Config
    | GcsConfig
    | AzureConfig
    | RcloneRepositoryConfig
    | RestConfig
    | SftpRepositoryConfig,
    Field(discriminator="backend"),
]


class RepositoryConfigBox(BaseModel):
    """Parses a stored config: `RepositoryConfigBox.model_validate({"config": {...}}).config`."""

    config: RepositoryConfig


class RepositoryAccess(ApiModel):
    """The data with which restic opens one repository, in plain text.

    It crosses the worker API inside a job only; it is never logged and never in Prefect.

    id          the repository's UUID; names its cache folder.
    password    restic's password of this repository.
    allow_private_networks      the storage may be at a private address; the API decides it for
                                the organization of the repository.
    allowed_roots       folders of the host that a local repository must lie in; a remote of
                        rclone.conf may lead to any folder, so it needs `/`.
    protected_folders   folders of the installation's data, which may hold no local repository.
    repositories_folder the only folder among them that may hold local repositories.
    """

    id: str
    short_id: str
    name: str
    config: RepositoryConfig
    password: str
    compression_mode: CompressionMode = "auto"
    allow_private_networks: bool
    allowed_roots: list[str]
    protected_folders: list[str]
    repositories_folder: str | None = None
