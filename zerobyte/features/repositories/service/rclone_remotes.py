"""What rclone's own configuration offers; asks rclone, because the file may be encrypted."""

from pathlib import Path
from typing import Final

from zerobyte.core import process
from zerobyte.core.errors import Unavailable
from zerobyte.features.repositories.schemas import RcloneRemote

_LIMIT_S: Final = 10.0


async def rclone_remotes(config_dir: Path) -> list[RcloneRemote]:
    """The names and types of the remotes, by name; none when rclone or its file is not there."""
    config = config_dir / "rclone.conf"
    if not config.is_file():
        return []
    lines: list[bytes] = []
    try:
        ended = await process.run(
            ["rclone", "listremotes", "--long", "--ask-password=false"],
            env={"RCLONE_CONFIG": str(config)},
            on_stdout_line=lines.append,
            timeout_s=_LIMIT_S,
            grace_s=1.0,
        )
    except Unavailable:
        return []
    if ended.code != 0:
        return []
    return sorted(filter(None, map(_remote, lines)), key=lambda remote: remote.name)


def _remote(line: bytes) -> RcloneRemote | None:
    """One line: the name, a colon, spaces, the type and perhaps a description."""
    name, colon, rest = line.decode(errors="replace").partition(":")
    if not colon or not name.strip():
        return None
    return RcloneRemote(name=name.strip(), type=(rest.split() or ["unknown"])[0])
