"""The restic flags that users may add to a schedule.

All other flags are refused: a flag such as `--password-command` would run programs as us.
"""

import re
from collections.abc import Sequence
from typing import Final

from zerobyte.core.errors import Invalid

PLAIN: Final = (
    "--verbose",
    "-v",
    "--no-scan",
    "--skip-if-unchanged",
    "--exclude-caches",
    "--force",
    "--use-fs-snapshot",
    "--ignore-ctime",
    "--ignore-inode",
    "--with-atime",
    "--no-cache",
    "--cleanup-cache",
    "--no-lock",
)
WITH_TEXT: Final = ("--exclude-larger-than",)
WITH_NUMBER: Final = {
    "--read-concurrency": 64,
    "--limit-upload": 10**9,
    "--limit-download": 10**9,
    "--pack-size": 128,
}
"""Flags and their maximum: restic uses memory for every file that it reads at once and for every
pack, so a schedule with more could use up the host's memory."""
DENIED: Final = (
    "--password-command",
    "--password-file",
    "--password",
    "-p",
    "--repository",
    "--repository-file",
    "-r",
    "--option",
    "-o",
    "--key-hint",
    "--tls-client-cert",
    "--cacert",
    "--repo",
)
FOR_COPY: Final = (
    "--verbose",
    "-v",
    "--no-cache",
    "--cleanup-cache",
    "--limit-upload",
    "--limit-download",
    "--pack-size",
    "--no-lock",
)
_PERMITTED: Final = (*PLAIN, *WITH_TEXT, *WITH_NUMBER)
_ON_WINDOWS_ONLY: Final = ("--use-fs-snapshot",)


def arguments(params: Sequence[str]) -> list[str]:
    """Return the arguments for `restic backup`, each flag and its value in one argument.

    params      as a schedule stores them: `--flag`, `--flag value` or `--flag=value`.

    Raises
        Invalid     a flag is not permitted or not complete; the message names it.
    """
    return [argument for param in params for argument in _one(param)]


def for_copy(params: Sequence[str]) -> list[str]:
    """Return the arguments that `restic copy` also accepts."""
    return [one for one in arguments(params) if one.split("=", 1)[0] in FOR_COPY]


def _one(param: str) -> list[str]:
    tokens = param.split()
    found: list[str] = []
    while tokens:
        token = tokens.pop(0)
        flag, has_value, value = token.partition("=")
        _check_flag(flag, token)
        if flag in PLAIN:
            if has_value:
                raise Invalid(f'Flag "{flag}" does not accept a value')
            if flag not in _ON_WINDOWS_ONLY:
                found.append(flag)
            continue
        if not has_value:
            if not tokens:
                raise Invalid(f'Flag "{flag}" requires a value')
            value = tokens.pop(0)
        found.append(f"{flag}={_value(flag, value)}")
    return found


def _check_flag(flag: str, token: str) -> None:
    if not token.startswith("-"):
        raise Invalid(f'Unexpected positional argument "{token}" in customResticParams')
    # pflag reads `-pSECRET` as `-p SECRET`, so a short flag is judged by its first letter.
    if flag in DENIED or (not flag.startswith("--") and flag[:2] in DENIED):
        raise Invalid(f'Flag "{flag}" is not permitted in customResticParams')
    if flag not in _PERMITTED:
        raise Invalid(
            f'Unknown or unsupported flag "{flag}" in customResticParams. '
            f"Permitted flags: {', '.join(_PERMITTED)}"
        )


def _value(flag: str, value: str) -> str:
    if not value:
        raise Invalid(f'Flag "{flag}" requires a value')
    if value.startswith("-"):
        raise Invalid(f'Flag "{flag}" requires a value, but received "{value}"')
    if flag in WITH_NUMBER and not re.fullmatch(r"[0-9]+", value):
        raise Invalid(f'Flag value "{value}" must be a positive integer')
    if flag in WITH_NUMBER and (len(value) > 10 or int(value) > WITH_NUMBER[flag]):
        raise Invalid(f'Flag "{flag}" accepts at most {WITH_NUMBER[flag]}')
    return value
