"""Shares that the kernel mounts: NFS exports and SMB shares, through `mount` and its helpers."""

import os
from pathlib import Path
from typing import Final

from zerobyte.contract.field_checks import address_host
from zerobyte.contract.volumes import NfsConfig, SmbConfig
from zerobyte.core.process import SecretFolder
from zerobyte.mounts.command import MountCommand, MountTools, on_one_line, require_program
from zerobyte.mounts.errors import MountFailed

KINDS: Final = ("nfs", "nfs4", "cifs", "smb3")
_COMMON: Final = ("nosuid", "nodev")
# With a hard mount, every reader of a dead server hangs without an end. A soft mount fails after 3
# retries of 10 s with an input/output error, which restic reports.
_NFS: Final = ("soft", "timeo=100", "retrans=3", "retry=0")
_ACL: Final = ("cifsacl", "idsfromsid", "modefromsid")
_UNKNOWN_OPTION: Final = (
    "invalid argument", "unknown mount option", "unrecognized mount option", "bad option",
)  # fmt: skip
_HINTS: Final = (
    ("unknown filesystem type", "The kernel of this host cannot mount this kind of share"),
    ("No such device", "The kernel of this host cannot mount this kind of share"),
    ("filesystem not supported", "The kernel of this host cannot mount this kind of share"),
    ("must be superuser", "Mounting this kind of share needs root; run Zerobyte as root"),
    ("only root can", "Mounting this kind of share needs root; run Zerobyte as root"),
    ("Permission denied", "The server refused access. See the user name, the password and the "
     "server's list of allowed clients"),
    ("Operation not permitted", "This host does not permit mounts. A container needs the "
     "capability SYS_ADMIN"),
    ("Connection refused", "No server answers at this host and port"),
    ("timed out", "The server does not answer"),
    ("could not resolve address", "The host name of the server cannot be resolved"),
    ("Failed to resolve server", "The host name of the server cannot be resolved"),
)  # fmt: skip


def source(config: NfsConfig | SmbConfig) -> str:
    """Return the source that the mount table shows for this share."""
    if isinstance(config, SmbConfig):
        return f"//{address_host(config.server)}/{config.share.lstrip('/')}"
    host = address_host(config.server)
    return f"{f'[{host}]' if ':' in host else host}:{config.export_path}"


async def command(
    config: NfsConfig | SmbConfig, path: Path, folder: SecretFolder, tools: MountTools
) -> MountCommand:
    """Write the secret files of a share and return the command that mounts it.

    Raises
        MountFailed     a program or a setting is missing.
    """
    del tools
    if isinstance(config, NfsConfig):
        require_program("mount.nfs", "nfs-common")
        kind, options = "nfs", _nfs_options(config)
    else:
        require_program("mount.cifs", "cifs-utils")
        kind, options = "cifs", _smb_options(config, folder)
    options += [*_COMMON, *(["ro"] if config.read_only else [])]
    return MountCommand(
        argv=["mount", "-t", kind, "-o", ",".join(options), "--", source(config), str(path)],
        secrets=[config.password] if isinstance(config, SmbConfig) and config.password else [],
    )


def explain(config: NfsConfig | SmbConfig, message: str) -> str:
    """Return a message of mount in plain words, or unchanged."""
    hint = next((hint for text, hint in _HINTS if text in message), message)
    is_acl = isinstance(config, SmbConfig) and not config.map_to_container_uid_gid
    if is_acl and any(text in message.lower() for text in _UNKNOWN_OPTION):
        return (
            f"{hint}. The kernel may not know the options {', '.join(_ACL)}; turn on the mapping "
            "to Zerobyte's user and group"
        )
    return hint


def _nfs_options(config: NfsConfig) -> list[str]:
    options = [f"vers={config.version}", f"port={config.port}"]
    return [*options, *(["nolock"] if config.version == "3" else []), *_NFS]


def _smb_options(config: SmbConfig, folder: SecretFolder) -> list[str]:
    if not config.guest and not config.username:
        raise MountFailed("Enter a user name for the share, or turn on guest access")
    if "," in str(folder.path):
        raise MountFailed("ZEROBYTE_RUN_DIR must not contain a comma")
    user, password = ("guest", "") if config.guest else (config.username, config.password or "")
    lines = [f"username={user}", f"password={on_one_line(password, 'password')}"]
    if config.domain:
        lines.append(f"domain={config.domain}")
    file = folder.write("credentials", "".join(f"{line}\n" for line in lines))
    owner = (f"uid={os.geteuid()}", f"gid={os.getegid()}")
    options = [f"credentials={file}", f"port={config.port}", "iocharset=utf8"]
    options += owner if config.map_to_container_uid_gid else _ACL
    return [*options, *([] if config.vers == "auto" else [f"vers={config.vers}"])]
