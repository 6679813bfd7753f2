"""The errors of restic, by exit status and message.

    ResticError                 any failure of restic; `.exit_code`, `.tail`
    ├── PartialBackup           3    the snapshot exists, some items could not be read
    ├── RepositoryMissing       10   there is no repository
    ├── RepositoryLocked        11   another process holds the lock, after waiting for it
    ├── WrongPassword           12
    ├── RepositoryExists        1    `init` of an existing repository
    ├── SnapshotMissing         1    no snapshot of that id
    ├── StorageUnreachable      1    network, name, certificate or credentials of the storage
    │   ├── CredentialsRefused  1    the storage answers and rejects the credentials
    │   └── BadCertificate      1    the configured CA certificate cannot be read
    ├── PlaceUnwritable         1    the folder of a new repository cannot be created
    ├── StorageFull             1    no space left on the storage or on this host
    ├── OutOfMemory             137  the kernel killed restic
    └── Interrupted             130  a stop request interrupted restic

Source: restic manual, "Scripting", exit codes of 0.18. Tests: tests/integration/restic.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

import orjson

from zerobyte.contract.restic_output import BackupSummary
from zerobyte.core.errors import Failed
from zerobyte.core.process import Exit


class ResticError(Failed):
    """Restic failed; the message gives the cause in one sentence.

    exit_code   restic's exit code; 128 + N if signal N ended it.
    tail        the last lines of its stderr as readable text, redacted, newest last.
    """

    def __init__(self, message: str, *, exit_code: int = 1, tail: Iterable[str] = ()) -> None:
        self.tail = tuple(tail)
        super().__init__(message, details="\n".join(self.tail) or None)
        self.exit_code = exit_code


class PartialBackup(ResticError):
    """The snapshot exists, but some items could not be read.

    unreadable          the first unreadable items, each with its reason.
    unreadable_count    number of all unreadable items.
    unmatched_count     number of those that are include patterns without a match, not files.
    """

    def __init__(
        self,
        summary: BackupSummary,
        *,
        unreadable: Iterable[str],
        unreadable_count: int,
        unmatched_count: int = 0,
        tail: Iterable[str] = (),
    ) -> None:
        super().__init__(
            "Backup could not read all files: Some files could not be read during backup.",
            exit_code=3,
            tail=tail,
        )
        self.summary = summary
        self.unreadable = tuple(unreadable)
        self.unreadable_count = unreadable_count
        self.unmatched_count = unmatched_count


class RepositoryMissing(ResticError):
    """There is no repository at the address."""


class RepositoryLocked(ResticError):
    """Another process holds a lock of the repository, or left one behind."""


class WrongPassword(ResticError):
    """The repository does not open with this password."""


class RepositoryExists(ResticError):
    """The repository exists already; nothing was changed."""


class SnapshotMissing(ResticError):
    """The repository holds no such snapshot."""


class StorageUnreachable(ResticError):
    """The storage does not answer, is not trusted, or refuses us; a retry can succeed."""


class CredentialsRefused(StorageUnreachable):
    """The storage answers, but rejects the credentials; a retry does not help."""


class BadCertificate(StorageUnreachable):
    """The configured CA certificate cannot be read, or does not match the storage's."""


class PlaceUnwritable(ResticError):
    """The folder of the repository is not writable."""


class StorageFull(ResticError):
    """No space is left for restic's data."""


class OutOfMemory(ResticError):
    """The kernel killed restic because memory ran out."""


class Interrupted(ResticError):
    """A stop request ended restic."""


_BY_CODE: Final[dict[int, tuple[type[ResticError], str]]] = {
    2: (ResticError, "Go runtime error: A runtime error occurred in the Go program."),
    10: (RepositoryMissing, "Repository not found: The specified repository could not be found."),
    11: (
        RepositoryLocked,
        "Failed to lock repository: Unable to acquire a lock on the repository. "
        "Another process uses it, or one that died left its lock behind.",
    ),
    12: (
        WrongPassword,
        "Wrong repository password: The provided password for the repository is incorrect.",
    ),
    130: (Interrupted, "Backup interrupted: The backup process was interrupted."),
    137: (OutOfMemory, "Restic was killed, most likely for want of memory."),
}

_BY_WORDS: Final[tuple[tuple[re.Pattern[str], type[ResticError], str], ...]] = (
    (re.compile(r"config file already exists|repository master key and config already init"),
     RepositoryExists, "A repository already exists at this location."),
    (re.compile(r"no matching ID found|failed to load snapshot [0-9a-f]+: .*"
                r"(no such file|not exist|not found|nosuchkey|404)", re.I),
     SnapshotMissing, "Snapshot not found."),
    (re.compile(r"no space left on device|disk quota exceeded|507 Insufficient Storage", re.I),
     StorageFull, "The storage is full"),
    (re.compile(r"cannot parse root cert|unable to load root cert|unable to parse root cert", re.I),
     BadCertificate, "The CA certificate cannot be read: use PEM certificates for cacert."),
    (re.compile(r"create repository at .*failed:.*"
                r"(permission denied|read-only file system|not a directory|"
                r"operation not permitted|no such file or directory)(?! \(publickey)", re.I),
     PlaceUnwritable, "The path of the repository cannot be written to"),
    (re.compile(r"x509: |\btls: |certificate signed by unknown", re.I),
     StorageUnreachable, "The storage's certificate is not trusted"),
    (re.compile(r"connection refused|no such host|i/o timeout|network is unreachable|"
                r"no route to host|connection reset|connection timed out|deadline exceeded|"
                r"host key verification failed|unable to start the sftp session|"
                r"server response unexpected", re.I),
     StorageUnreachable, "The storage cannot be reached"),
    (re.compile(r"permission denied \(publickey|access ?denied|accesskeyid|invalidaccesskey|"
                r"signaturedoesnotmatch|401 unauthorized|403 forbidden", re.I),
     CredentialsRefused, "The storage refuses the credentials"),
    (re.compile(r"didn't find section in config file", re.I),
     StorageUnreachable, "The rclone remote is not configured"),
)  # fmt: skip

_HELPER: Final = re.compile(
    r"subprocess ssh: |rclone: |(?:Load|Save|Stat|List|Remove)\(.*returned error, retrying after"
)
_QUOTED: Final = re.compile(r'"[^"]*"')

_SENTENCE_CHARACTERS: Final = 500


def from_exit(ended: Exit) -> ResticError:
    """Return the error of an unsuccessful exit."""
    tail = [worded for line in ended.stderr_tail if (worded := readable_line(line))]
    sentence = _last_sentence(ended.stderr_tail, tail)
    if ended.was_stopped:
        return Interrupted("Restic was stopped on request.", exit_code=ended.code, tail=tail)
    if ended.timed_out:
        return StorageUnreachable(
            "Command timed out before completing.", exit_code=ended.code, tail=tail
        )
    if known := _BY_CODE.get(ended.code):
        kind, message = known
        return kind(message, exit_code=ended.code, tail=tail)
    cause = _cause(ended.stderr_tail)
    for pattern, kind, message in _BY_WORDS:
        if pattern.search(cause):
            text = message if message.endswith(".") else f"{message}: {sentence}"
            return kind(text, exit_code=ended.code, tail=tail)
    if ended.code == 1:
        text = f"Command failed: {sentence or 'restic gave no reason.'}"
    else:
        text = f"Unknown restic error with code {ended.code}. {sentence}".rstrip()
    return ResticError(text, exit_code=ended.code, tail=tail)


def readable_line(line: str) -> str:
    """Return one line of stderr as readable text: restic's JSON becomes its message."""
    message = as_message(line.encode())
    if message is None:
        return line.strip()
    if message.get("message_type") == "error":
        return unreadable_item(message)
    return _clean(str(message.get("message", "")))


def unreadable_item(message: dict[str, Any]) -> str:
    """Return the item of an `error` line and the reason."""
    error: object = message.get("error")
    reason: object = error
    if isinstance(error, dict):
        reason = cast("dict[str, object]", error).get("message")
    item = str(message.get("item") or "")
    text = _clean(str(reason or "unknown error"))
    return f"{item}: {text}" if item and item not in text else text


def as_message(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object of one line of output, or None for other output."""
    if not line.startswith(b"{"):
        return None
    try:
        parsed = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else None


def _cause(raw: Sequence[str]) -> str:
    """Return the messages of restic and its helpers about a failure, without item messages.

    These are the final message, or else the last line, and the lines of ssh, of rclone and of
    repeated requests, which never name a file of the backup. Paths in quotation marks are dropped.
    """
    messages = [(line, as_message(line.encode())) for line in raw]
    final = [
        str(message.get("message", ""))
        for _, message in messages
        if message is not None and message.get("message_type") == "exit_error"
    ]
    plain = [line for line, message in messages if message is None]
    found = [line for line in plain if _HELPER.match(line)]
    found += final[-1:] or plain[-1:]
    return "\n".join(_QUOTED.sub('""', text) for text in found)


def _last_sentence(raw: tuple[str, ...], tail: list[str]) -> str:
    for line in reversed(raw):
        message = as_message(line.encode())
        if message and message.get("message_type") == "exit_error":
            first, *_ = _clean(str(message.get("message", ""))).splitlines() or [""]
            return first[:_SENTENCE_CHARACTERS]
    return tail[-1].splitlines()[0][:_SENTENCE_CHARACTERS] if tail else ""


def _clean(message: str) -> str:
    return message.strip().removeprefix("Fatal: ").strip()
