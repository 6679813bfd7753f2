"""Shares that rclone mounts: WebDAV servers, and remotes of the operator's rclone.conf.

rclone mounts before it connects, and shows a missing folder as an empty one, which a backup would
save. So a listing comes first: it fails with the cause.
"""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from zerobyte.contract.field_checks import address_host
from zerobyte.contract.volumes import RcloneConfig, WebdavConfig
from zerobyte.core import process
from zerobyte.core.process import SecretFolder
from zerobyte.mounts.command import (
    MountCommand,
    MountTools,
    label,
    require_fuse,
    require_program,
)
from zerobyte.mounts.errors import MountFailed

KINDS: Final = ("fuse.rclone",)
_REMOTE: Final = "share"
_NETWORK: Final = ("--contimeout=10s", "--timeout=60s", "--low-level-retries=3")
_OBSCURE_LIMIT_S: Final = 10.0
_HINTS: Final = (
    ("401 Unauthorized", "The server refused the user name or the password"),
    ("403 Forbidden", "The server does not permit access to this path"),
    ("connection refused", "No server answers at this host and port"),
    ("no such host", "The host name of the server cannot be resolved"),
    ("directory not found", "The path does not exist on the server"),
    ("404 Not Found", "The path does not exist on the server"),
    ("didn't find section in config file", "rclone.conf of this host does not name this remote"),
    ("deadline exceeded", "The server does not answer"),
    ("i/o timeout", "The server does not answer"),
)


def source(config: WebdavConfig | RcloneConfig) -> str:
    """Return the source that the mount table shows for this share."""
    name = config.remote if isinstance(config, RcloneConfig) else address_host(config.server)
    # A blank or comma of a remote's name would be escaped by one of the programs in between.
    return label(config, "".join(one if one.isalnum() or one in "._-" else "_" for one in name))


async def command(
    config: WebdavConfig | RcloneConfig, path: Path, folder: SecretFolder, tools: MountTools
) -> MountCommand:
    """Write the secret files of a share and return the command that mounts it.

    Raises
        MountFailed     a program, a setting or rclone.conf is missing.
    """
    require_program("rclone", "rclone")
    require_fuse()
    if isinstance(config, RcloneConfig):
        remote, file, env = f"{config.remote}:{config.path}", _operator_config(tools), {}
        secrets: list[str] = []
    else:
        remote, file, env = f"{_REMOTE}:", await _webdav_config(config, folder), _webdav_env(config)
        secrets = [config.password] if config.password else []
    common = [f"--config={file}", "--ask-password=false", *_NETWORK]
    # Writing needs the cache: a program may write a file in any order.
    mode = (
        ["--read-only"] if config.read_only else ["--vfs-cache-mode=writes", "--vfs-write-back=0s"]
    )
    wait_s = max(round(tools.limit_s) - 5, 5)
    return MountCommand(
        argv=[
            *("rclone", "mount", "--daemon", f"--daemon-wait={wait_s}s", *common),
            *mode,
            *(f"--devname={source(config)}", "--allow-non-empty", "--dir-cache-time=30s"),
            *(f"--cache-dir={tools.run_dir / 'rclone-cache'}", "--", remote, str(path)),
        ],
        env=env,
        secrets=secrets,
        trial=["rclone", "lsf", *common, "--retries=1", "--", remote],
        keeps_files=True,
    )


def explain(config: WebdavConfig | RcloneConfig, message: str) -> str:
    """Return a message of rclone in plain words, or unchanged."""
    del config
    return next((hint for text, hint in _HINTS if text in message), message)


def url(config: WebdavConfig) -> str:
    """Return the address of a WebDAV folder, without user info."""
    host = address_host(config.server)
    host = f"[{host}]" if ":" in host else host
    scheme, usual = ("https", 443) if config.ssl else ("http", 80)
    port = "" if config.port == usual else f":{config.port}"
    return f"{scheme}://{host}{port}/{quote(config.path.lstrip('/'), errors='surrogateescape')}"


def _webdav_env(config: WebdavConfig) -> dict[str, str]:
    # The environment needs no quoting, and a user name may hold any character.
    env = {"RCLONE_WEBDAV_URL": url(config)}
    return {**env, "RCLONE_WEBDAV_USER": config.username} if config.username else env


async def _webdav_config(config: WebdavConfig, folder: SecretFolder) -> Path:
    lines = [f"[{_REMOTE}]", "type = webdav", "vendor = other"]
    if config.password:
        lines.append(f"pass = {await _obscured(config.password)}")
    return folder.write("rclone.conf", "".join(f"{line}\n" for line in lines))


async def _obscured(password: str) -> str:
    """Return a password in the form of rclone.conf, which rclone can decode again."""
    done = await process.run(
        ["rclone", "obscure", "-"],
        stdin=password.encode(),
        timeout_s=_OBSCURE_LIMIT_S,
        grace_s=1.0,
    )
    if done.code != 0 or not done.stdout_tail:
        raise MountFailed("rclone could not read the password")
    return done.stdout_tail[0].strip()


def _operator_config(tools: MountTools) -> Path:
    file = (tools.rclone_config_dir or Path("/nonexistent")) / "rclone.conf"
    if not file.is_file():
        raise MountFailed("This host has no rclone.conf. Create the remote there, then try again")
    return file
