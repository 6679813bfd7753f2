"""What an installation keeps for itself: where, and the secrets it made at its first start."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from zerobyte.core import ids
from zerobyte.core.log import get_logger

_log = get_logger(__name__)
_SECRET_LENGTHS: Final = range(32, 257)
_SETUP_TOKEN_LENGTHS: Final = range(16, 257)
"""Shorter than a key: only rate-limited guesses over the network test a setup token."""
GIVEN_SECRETS: Final = (
    ("app_secret", "APP_SECRET", _SECRET_LENGTHS),
    ("setup_token", "SETUP_TOKEN", _SETUP_TOKEN_LENGTHS),
)
"""Settings that a variable holds, or the file that VARIABLE_FILE names; with their lengths."""
_RESTORE: Final = "Put the right one back from a copy"


def usual_data_dir(environ: Mapping[str, str]) -> Path:
    """The folder that holds everything when none was named."""
    usual = Path("/var/lib/zerobyte")
    if os.access(usual if usual.exists() else usual.parent, os.W_OK):
        return usual
    home = environ.get("XDG_DATA_HOME")
    base = Path(home) if home else Path(environ.get("HOME", "~")).expanduser() / ".local" / "share"
    return base / "zerobyte"


def given_secret(
    environ: Mapping[str, str], variable: str = "APP_SECRET", *, lengths: range = _SECRET_LENGTHS
) -> str:
    """Return the secret in a variable or in the file that VARIABLE_FILE names, or nothing.

    Raises ValueError with a sentence.
    """
    secret, file = environ.get(variable, ""), environ.get(f"{variable}_FILE")
    if secret and file:
        raise ValueError(f"{variable} and {variable}_FILE are both set; set only one of them")
    name = variable
    if file:
        name = f"The secret in {variable}_FILE"
        try:
            secret = Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ValueError(f"{variable}_FILE cannot be read: {reason}") from None
    if (secret or file) and len(secret) not in lengths:
        raise ValueError(
            f"{name} must be between {lengths.start} and {lengths.stop - 1} characters long"
        )
    return secret


def kept_secret(file: Path, make: Callable[[], str]) -> str:
    """The secret in a file, made on the first call; only the owner may read the file.

    Of several processes that start at once, one makes it and all read the same.

    Raises ValueError if the file does not hold a usable secret; OSError.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_name(f".{file.name}.{ids.token(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as writer:
            writer.write(make() + "\n")
            writer.flush()
            os.fsync(writer.fileno())
        try:
            os.link(draft, file)
            _log.info("made a new secret; keep a copy of this file elsewhere", file=str(file))
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return read_secret(file)


def has_secret_length(secret: str) -> bool:
    """Returns True if the text is as long as a secret of ours has to be."""
    return len(secret) in _SECRET_LENGTHS


def read_secret(file: Path) -> str:
    """Return the secret that a file holds. Raises ValueError with a sentence; OSError."""
    try:
        secret = file.read_text().strip()
    except UnicodeDecodeError:
        raise ValueError(f"The secret in {file} is not text. {_RESTORE}") from None
    # A full disk or a wrong copy leaves an empty file; everybody could guess what it encrypts.
    if len(secret) not in _SECRET_LENGTHS:
        found = "is empty" if not secret else "must be between 32 and 256 characters long"
        raise ValueError(f"The secret in {file} {found}. {_RESTORE}")
    return secret


def fill_secrets(values: dict[str, Any]) -> None:
    """Make the secrets that were not given, or read those that were made before.

    values      the settings by attribute, `data_dir` among them.

    Raises ValueError when the folder cannot be written.
    """
    data_dir: Path = values["data_dir"]
    try:
        if not values["app_secret"]:
            values["app_secret"] = kept_secret(data_dir / "app-secret", ids.hex_secret)
        if not values["prefect_auth"]:
            values["prefect_auth"] = kept_secret(
                data_dir / "prefect-auth", lambda: f"zerobyte:{ids.token(48)}"
            )
    except OSError as error:
        where = f"{error.strerror} ({data_dir})"
        raise ValueError(f"ZEROBYTE_DATA_DIR cannot be written: {where}") from None
