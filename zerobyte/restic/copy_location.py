"""Address, environment and options of two repositories for one `restic copy`.

restic reads the source from variables that begin with `RESTIC_FROM_`; all other variables and
options apply to both repositories. So each setting that would reach the wrong repository is
replaced: certificate settings and credentials by the rclone backend, see
`zerobyte.contract.copy_route`, REST credentials by user info, SSH settings by a configuration file.
"""

import json
import re
import shlex
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final
from urllib.parse import quote, urlsplit

from zerobyte.contract.copy_route import certificate_settings, copy_route
from zerobyte.contract.field_checks import address_host, google_credentials
from zerobyte.contract.repositories import (
    AzureConfig,
    GcsConfig,
    R2Config,
    RepositoryConfig,
    RestConfig,
    S3Config,
    SftpRepositoryConfig,
)
from zerobyte.core.errors import Invalid
from zerobyte.restic.backend_env import (
    Folder,
    Location,
    endpoint_host,
    kib_per_s,
    s3_needs_host_style,
)
from zerobyte.restic.repository import Session

_SOURCE_NAMES: Final = {
    "RESTIC_REPOSITORY": "RESTIC_FROM_REPOSITORY",
    "RESTIC_PASSWORD_FILE": "RESTIC_FROM_PASSWORD_FILE",
    "RESTIC_PASSWORD": "RESTIC_FROM_PASSWORD",
}
_SAME_CONTENT: Final = "GOOGLE_APPLICATION_CREDENTIALS"
"""Names a file for each repository; direct copies have equal credentials in both."""
_NOT_SHARED: Final = ("RESTIC_CACHE_DIR", "RESTIC_PROGRESS_FPS", "RESTIC_CACERT", "RCLONE_CA_CERT")
_AWS: Final = re.compile(r"s3(?:\.dualstack)?(?:[.-]([a-z0-9-]+))?\.amazonaws\.com")
_SSH_NAMES: Final = {"-i": "IdentityFile", "-p": "Port"}


@dataclass(slots=True)
class Side:
    """One of both repositories of a copy.

    location    as restic alone would reach it; `combined` changes this copy.
    folder      for further secret files.
    """

    config: RepositoryConfig
    location: Location
    folder: Folder
    name: str = field(default="", init=False)

    @classmethod
    def of(cls, config: RepositoryConfig, session: Session) -> "Side":
        """Return the side of a repository with an open session, which stays unchanged."""
        known = session.location
        location = Location({**known.env}, [*known.options], [*known.secrets])
        return cls(config, location, session.folder)


def combined(source: Side, mirror: Side) -> Location:
    """Return the location with which one restic reaches both repositories.

    Raises
        Invalid     restic cannot reach both at once; the message says why.
    """
    source.name, mirror.name = "zerobyte-source", "zerobyte-mirror"
    route = copy_route(source.config, mirror.config)
    if route.problem is not None:
        raise Invalid(route.problem)
    both = Location()
    by_rclone = {"source by rclone": source, "mirror by rclone": mirror}.get(route.reach)
    for side in (source, mirror):
        if side is by_rclone:
            _reach_by_rclone(side)
        elif isinstance(side.config, RestConfig):
            _put_user_info(side.config, side.location)
        elif isinstance(side.config, SftpRepositoryConfig):
            _reach_by_alias(side)
    _add_ssh_options(both, source, mirror)
    _add_certificates(both, *(side for side in (source, mirror) if side is not by_rclone))
    _add_limits(both, source.config, mirror.config)
    for side in (source, mirror):
        # Redacted in everything that restic and its helpers print.
        both.secrets += side.location.secrets
        both.options += _backend_options(side.location.options)
    both.options = _without_repeated_pairs(both.options)
    _add_environment(both, source.location, _SOURCE_NAMES)
    _add_environment(both, mirror.location, {})
    if by_rclone is not None and "RCLONE_CA_CERT" in by_rclone.location.env:
        both.env["RCLONE_CA_CERT"] = by_rclone.location.env["RCLONE_CA_CERT"]
    both.env |= {
        name: mirror.location.env[name]
        for name in ("RESTIC_CACHE_DIR", "RESTIC_PROGRESS_FPS")
        if name in mirror.location.env
    }
    return both


def _add_environment(both: Location, one: Location, renamed: dict[str, str]) -> None:
    for name, value in one.env.items():
        if name in _NOT_SHARED:
            continue
        shared = renamed.get(name, name)
        if both.env.get(shared, value) != value and name != _SAME_CONTENT:
            raise Invalid("The two repositories need different settings that restic has once only")
        both.env[shared] = value


def _add_limits(both: Location, source: RepositoryConfig, mirror: RepositoryConfig) -> None:
    """Limit reads from the source and writes to the mirror."""
    for flag, limit in (
        ("--limit-download", source.download_limit),
        ("--limit-upload", mirror.upload_limit),
    ):
        if limit is not None and limit.enabled:
            both.options.append(f"{flag}={kib_per_s(limit)}")


def _add_certificates(both: Location, *sides: Side) -> None:
    """Use the certificate settings of the sides that restic reaches itself; they are equal."""
    for side in sides:
        settings = certificate_settings(side.config)
        if settings is None:
            continue
        if settings[0] and "--insecure-tls" not in both.options:
            both.options.append("--insecure-tls")
        for name in ("RESTIC_CACERT", "RCLONE_CA_CERT"):
            if name in side.location.env:
                both.env[name] = side.location.env[name]


def _backend_options(options: list[str]) -> list[str]:
    """Return restic's `-o` options except those of ssh, which are in the configuration file."""
    pairs = pairwise(options)
    found = [pair for pair in pairs if pair[0] == "-o" and not pair[1].startswith("sftp.")]
    return [part for pair in found for part in pair]


def _without_repeated_pairs(options: list[str]) -> list[str]:
    """Drop a repeated `-o name=value`: restic refuses an option that is set twice."""
    kept: list[str] = []
    seen: set[str] = set()
    rest = iter(options)
    for option in rest:
        if option != "-o":
            kept.append(option)
        elif (value := next(rest)) not in seen:
            seen.add(value)
            kept += ["-o", value]
    return kept


def _put_user_info(config: RestConfig, location: Location) -> None:
    """Move the credentials into the address: the variables apply to both repositories."""
    location.env.pop("RESTIC_REST_USERNAME", None)
    location.env.pop("RESTIC_REST_PASSWORD", None)
    if not config.username and not config.password:
        return
    user, password = quote(config.username or "", safe=""), quote(config.password or "", safe="")
    parts = urlsplit(location.env["RESTIC_REPOSITORY"].removeprefix("rest:"))
    address = parts._replace(netloc=f"{user}:{password}@{parts.netloc}").geturl()
    location.env["RESTIC_REPOSITORY"] = f"rest:{address}"
    location.secrets += [one for one in (password, user) if one]


def _reach_by_alias(side: Side) -> None:
    """Replace the host in an SFTP address by an alias of the ssh configuration file."""
    assert isinstance(side.config, SftpRepositoryConfig)
    config = side.config
    side.location.env["RESTIC_REPOSITORY"] = f"sftp:{config.user}@{side.name}:{config.path}"


def _add_ssh_options(both: Location, *sides: Side) -> None:
    """Write one ssh configuration file with the settings of each SFTP repository."""
    blocks = [_ssh_block(side) for side in sides if isinstance(side.config, SftpRepositoryConfig)]
    if not blocks:
        return
    file = sides[-1].folder.write("ssh_config", "\n".join(blocks))
    both.options += ["-o", f"sftp.args={shlex.join(['-F', str(file)])}"]


def _ssh_block(side: Side) -> str:
    """Return the settings of one SFTP repository in the form of an ssh configuration file."""
    assert isinstance(side.config, SftpRepositoryConfig)
    option = next(one for one in side.location.options if one.startswith("sftp.args="))
    arguments = shlex.split(option.removeprefix("sftp.args="))
    lines = [f"Host {side.name}", f"HostName {address_host(side.config.host)}"]
    for flag, value in zip(arguments[::2], arguments[1::2], strict=True):
        if flag == "-o":
            name, _, setting = value.partition("=")
            lines.append(f"{name} {_quoted(setting)}")
        elif flag in _SSH_NAMES:
            lines.append(f"{_SSH_NAMES[flag]} {_quoted(value)}")
    return "\n  ".join(lines) + "\n"


def _quoted(value: str) -> str:
    """Quote a value for an ssh configuration file, where `%` begins a token in paths."""
    return f'"{value.replace("%", "%%")}"' if value.startswith("/") else value


def _reach_by_rclone(side: Side) -> None:
    """Reach a bucket through restic's rclone backend, with settings in variables of its own."""
    remote = side.name.replace("-", "")
    settings, path = _remote(side.config, side.folder)
    prefix = f"RCLONE_CONFIG_{remote.upper()}"
    known = {name: side.location.env[name] for name in side.location.env if name in _SOURCE_NAMES}
    env = {**known, "RESTIC_REPOSITORY": f"rclone:{remote}:{path}"}
    env |= {f"{prefix}_{name}": value for name, value in settings.items()}
    # Without a file of its own, rclone would read the remotes of the operator.
    env["RCLONE_CONFIG"] = str(side.folder.write("rclone.conf", ""))
    certificates = certificate_settings(side.config)
    if certificates is not None and certificates[0]:
        env["RCLONE_NO_CHECK_CERTIFICATE"] = "true"
    if certificates is not None and certificates[1]:
        env["RCLONE_CA_CERT"] = side.location.env["RESTIC_CACERT"]
    env |= {name: side.location.env[name] for name in _NOT_SHARED[:2] if name in side.location.env}
    side.location.env, side.location.options = env, []


def _remote(config: RepositoryConfig, folder: Folder) -> tuple[dict[str, str], str]:
    """Return the settings of a remote in rclone's names, and the path in it."""
    match config:
        case S3Config() | R2Config():
            return _s3_remote(config), config.bucket
        case GcsConfig():
            checked = json.dumps(google_credentials(config.credentials_json))
            settings = {
                "TYPE": "google cloud storage",
                "SERVICE_ACCOUNT_FILE": str(folder.write("rclone-gcs.json", checked)),
                "PROJECT_NUMBER": config.project_id,
                "BUCKET_POLICY_ONLY": "true",
                "NO_CHECK_BUCKET": "true",
            }
            return settings, config.bucket
        case AzureConfig():
            suffix = config.endpoint_suffix or "core.windows.net"
            settings = {
                "TYPE": "azureblob",
                "ACCOUNT": config.account_name,
                "KEY": config.account_key,
                "ENDPOINT": f"https://{config.account_name}.blob.{suffix}",
                "NO_CHECK_CONTAINER": "true",
            }
            return settings, config.container
        case _:
            raise Invalid("This kind of storage cannot be reached through rclone")


def _s3_remote(config: S3Config | R2Config) -> dict[str, str]:
    endpoint = config.endpoint.strip().rstrip("/")
    settings = {
        "TYPE": "s3",
        "PROVIDER": "Other",
        "ENV_AUTH": "false",
        "ACCESS_KEY_ID": config.access_key_id,
        "SECRET_ACCESS_KEY": config.secret_access_key,
        "ENDPOINT": endpoint if "://" in endpoint else f"https://{endpoint}",
        "FORCE_PATH_STYLE": "false" if s3_needs_host_style(endpoint) else "true",
        "NO_CHECK_BUCKET": "true",
    }
    if config.backend == "r2":
        settings |= {"PROVIDER": "Cloudflare", "REGION": "auto"}
    elif (region := _AWS.fullmatch(endpoint_host(endpoint))) is not None:
        settings |= {"PROVIDER": "AWS", "REGION": region[1] or "us-east-1"}
    return settings
