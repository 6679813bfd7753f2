"""Mount, check and unmount shares; the steps that all backends have in common.

Nothing is deleted but empty folders and our own secret files (T9). Every command and every look at
a share has a time limit and runs in a child process (T8).
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, cast

from zerobyte.contract.volumes import VolumeConfig, VolumeType
from zerobyte.core import ids, process
from zerobyte.core.aio import run_uninterrupted
from zerobyte.core.process import SecretFolder
from zerobyte.core.redact import redact
from zerobyte.mounts import kernel, probe, rclone, sftp, table, unmounting
from zerobyte.mounts.command import MountCommand, MountTools
from zerobyte.mounts.errors import MountFailed

_GRACE_S: Final = 1.0


class _Share(Protocol):
    KINDS: tuple[str, ...]

    def source(self, config: Any) -> str: ...
    async def command(
        self, config: Any, path: Path, folder: SecretFolder, tools: MountTools
    ) -> MountCommand: ...
    def explain(self, config: Any, message: str) -> str: ...


_SHARES: Final = cast(
    "Mapping[VolumeType, _Share]",
    {"nfs": kernel, "smb": kernel, "webdav": rclone, "rclone": rclone, "sftp": sftp},
)


async def require_mounted(config: VolumeConfig, path: Path) -> None:
    """Check in the mount table alone that a path shows this share. Raises MountFailed."""
    share = _SHARES[config.backend]
    await table.require(path, share.KINDS, share.source(config))


async def mount(config: VolumeConfig, path: Path, tools: MountTools) -> None:
    """Mount a share at a path. A mount of the same share that answers is kept.

    Raises
        MountFailed     the message says why; nothing is mounted then.
    """
    try:
        await health(config, path)
    except MountFailed:
        await unmounting.unmount(path, tools.run_dir)
    else:
        return
    folder = process.kept_secret_files(tools.run_dir / "mounts", unmounting.secrets_name(path))
    try:
        await _mount_new(config, path, folder, tools)
    except BaseException:
        await run_uninterrupted(unmounting.clean_up(path, tools.run_dir))
        raise


async def health(config: VolumeConfig, path: Path) -> None:
    """Check that a path shows this share and that the share answers. Raises MountFailed."""
    await require_mounted(config, path)
    await probe.probe(path)


async def test(config: VolumeConfig, tools: MountTools) -> None:
    """Mount a share read-only at a folder of our own, look at it, and unmount it.

    Raises
        MountFailed     the share cannot be mounted, does not answer or cannot be unmounted.
    """
    path = tools.run_dir / "mount-tests" / ids.short_id() / "_data"
    await mount(config.model_copy(update={"read_only": True}), path, tools)
    # Nothing names this path again, so a caller that leaves must not keep the share mounted.
    await run_uninterrupted(unmounting.unmount(path, tools.run_dir))


async def _mount_new(
    config: VolumeConfig, path: Path, folder: SecretFolder, tools: MountTools
) -> None:
    share = _SHARES[config.backend]
    command = await share.command(config, path, folder, tools)
    await asyncio.to_thread(unmounting.make_mount_point, path)
    for argv in (command.trial, command.argv):
        done = await _run(command, argv, tools) if argv else None
        if done is not None and done.code != 0:
            message = share.explain(config, _last_words(done, command))
            raise MountFailed(f"The share cannot be mounted: {message}")
    await require_mounted(config, path)
    await probe.probe(path)
    if not command.keeps_files:
        process.remove_kept_secret_files(tools.run_dir / "mounts", unmounting.secrets_name(path))


async def _run(command: MountCommand, argv: Sequence[str], tools: MountTools) -> process.Exit:
    """Run one program of a mount. Raises MountFailed at its time limit."""
    done = await process.run(
        argv,
        env=command.env,
        stdin=command.stdin,
        secrets=command.secrets,
        timeout_s=tools.limit_s,
        grace_s=_GRACE_S,
    )
    if done.timed_out:
        raise MountFailed(
            f"The share was not mounted within {tools.limit_s:g} seconds. See whether the server "
            "answers"
        )
    return done


def _last_words(done: process.Exit, command: MountCommand) -> str:
    """Return the end of a command's stderr on one line."""
    text = "\n".join((done.stderr_tail or done.stdout_tail)[-4:])
    if command.stderr_file is not None and command.stderr_file.exists():
        text = command.stderr_file.read_bytes()[-4096:].decode(errors="replace")
    words = " ".join(redact(text, command.secrets).split())
    return words[-500:] or f"the command ended with code {done.code}"
