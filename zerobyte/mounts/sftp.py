"""SFTP shares, mounted with sshfs.

ssh gets every option in a 0600 configuration file: option lists of sshfs split values at commas.
The file stays while the share is mounted, because sshfs starts ssh again when it reconnects.
"""

import os
from pathlib import Path
from typing import Final

from zerobyte.contract.field_checks import address_host
from zerobyte.contract.volumes import SftpConfig
from zerobyte.core.errors import Invalid
from zerobyte.core.process import SecretFolder
from zerobyte.core.ssh_keys import private_key
from zerobyte.mounts.command import (
    MountCommand,
    MountTools,
    label,
    on_one_line,
    require_fuse,
    require_program,
)
from zerobyte.mounts.errors import MountFailed

KINDS: Final = ("fuse.sshfs",)
_TO_FILE: Final = 'trap "" XFSZ; ulimit -f 2048; exec 2>>"$1"; shift; exec "$@"'
"""Shell program that appends the stderr of a command to a file, up to 1 MiB.

ssh prints there what the server sends, for as long as the share is mounted. A write beyond the
limit fails, and ends nothing.
"""
_HINTS: Final = (
    (
        "Host key verification failed",
        "The host key of the server is not known. Check the key and add its line to the known "
        "hosts of the volume (ssh-keyscan -p PORT HOST prints it)",
    ),
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "The server has another host key than the known hosts of the volume say",
    ),
    ("Permission denied", "The server refused the user name, the password or the private key"),
    ("Connection refused", "No SSH server answers at this host and port"),
    ("Could not resolve hostname", "The host name of the server cannot be resolved"),
    ("timed out", "The server does not answer"),
    ("No such file or directory", "The path does not exist on the server"),
)


def source(config: SftpConfig) -> str:
    """Return the source that the mount table shows for this share."""
    return label(config, address_host(config.host))


async def command(
    config: SftpConfig, path: Path, folder: SecretFolder, tools: MountTools
) -> MountCommand:
    """Write the secret files of a share and return the command that mounts it.

    Raises
        MountFailed     a program or a setting is missing.
    """
    del tools
    require_program("sshfs", "sshfs")
    require_fuse()
    if not config.password and not config.private_key:
        raise MountFailed("The server needs a password or a private key; enter one of them")
    settings = folder.write("ssh_config", _ssh_config(config, folder))
    options = [
        "reconnect",
        f"uid={os.geteuid()}",
        f"gid={os.getegid()}",
        f"fsname={source(config)}",
    ]
    if config.read_only:
        options.append("ro")
    if config.allow_unsafe_symlink_targets:
        options.append("no_contain_symlinks")
    if config.password:
        options.append("password_stdin")
    host = address_host(config.host)
    host = f"[{host}]" if ":" in host else host
    stderr = folder.write("stderr", "")
    return MountCommand(
        argv=[
            *("sh", "-c", _TO_FILE, "sh", str(stderr)),
            # Without -v, sshfs sends the error messages of ssh to /dev/null.
            *("sshfs", "-v", "-F", str(settings), "-o", ",".join(options)),
            *("--", f"{config.username}@{host}:{config.path}", str(path)),
        ],
        stdin=f"{on_one_line(config.password, 'password')}\n".encode() if config.password else None,
        secrets=[secret for secret in (config.password, config.private_key) if secret],
        stderr_file=stderr,
        keeps_files=True,
    )


def explain(config: SftpConfig, message: str) -> str:
    """Return a message of ssh or sshfs in plain words, or unchanged."""
    del config
    return next((hint for text, hint in _HINTS if text in message), message)


def _ssh_config(config: SftpConfig, folder: SecretFolder) -> str:
    lines = [
        "LogLevel ERROR",
        f"Port {config.port}",
        "ConnectTimeout 10",
        "ConnectionAttempts 1",
        "ServerAliveInterval 15",
        "ServerAliveCountMax 3",
        "IdentitiesOnly yes",
        "IdentityAgent none",
        "ControlMaster no",
        "ControlPath none",
        "PermitLocalCommand no",
    ]
    if config.private_key:
        try:
            key = folder.write("ssh_key", private_key(config.private_key))
        except Invalid as error:
            raise MountFailed(error.message) from None
        lines.append(f"IdentityFile {_quoted(key)}")
    else:
        lines += ["IdentityFile none", "PubkeyAuthentication no"]
    methods = ["publickey"] if config.private_key else []
    if config.password:
        methods += ["password", "keyboard-interactive"]
    else:
        lines.append("BatchMode yes")
    lines.append(f"PreferredAuthentications {','.join(methods)}")
    if config.allow_legacy_ssh_rsa:
        lines += ["HostKeyAlgorithms +ssh-rsa", "PubkeyAcceptedAlgorithms +ssh-rsa"]
    if config.skip_host_key_check:
        lines += ["StrictHostKeyChecking no", "UserKnownHostsFile /dev/null"]
        lines.append("GlobalKnownHostsFile /dev/null")
    else:
        lines.append("StrictHostKeyChecking yes")
        if config.known_hosts and config.known_hosts.strip():
            known = folder.write("known_hosts", config.known_hosts.strip() + "\n")
            lines += [f"UserKnownHostsFile {_quoted(known)}", "GlobalKnownHostsFile /dev/null"]
    return "".join(f"{line}\n" for line in lines)


def _quoted(path: Path) -> str:
    """Return a path for a line of ssh_config, where % starts a token."""
    if any(character in str(path) for character in '"$\\\n'):
        raise MountFailed('ZEROBYTE_RUN_DIR must not contain any of " $ \\')
    return f'"{str(path).replace("%", "%%")}"'
