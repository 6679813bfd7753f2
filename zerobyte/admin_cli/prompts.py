"""Questions on the terminal, and their replacements in scripts.

A secret is typed without echo, or read from standard input or a file; never from an argument, which
every user of the machine can read. Without a terminal a question fails at once.
"""

import sys
from pathlib import Path
from typing import NoReturn

import typer

USAGE = 2


def stop(message: str, *, code: int = 1) -> NoReturn:
    """Exit with one sentence on standard error."""
    print(message, file=sys.stderr)
    raise SystemExit(code)


def is_terminal() -> bool:
    """Return True if a user can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def text(value: str | None, question: str, option: str) -> str:
    """Return the value of an option, or ask for it."""
    if value is None:
        if not is_terminal():
            stop(f"There is no terminal to ask on. Give {option}", code=USAGE)
        value = str(typer.prompt(question, err=True))
    return value.strip()


def new_password(*, from_stdin: bool) -> str:
    """Return a new password: typed twice, or the first line of standard input."""
    if from_stdin:
        return _read_line("password")
    if not is_terminal():
        stop("There is no terminal to ask on. Give the password with --password-stdin", code=USAGE)
    first = str(typer.prompt("New password", hide_input=True, err=True))
    if str(typer.prompt("Once more", hide_input=True, err=True)) != first:
        stop("Passwords do not match.")
    return first


def secret(question: str, *, from_stdin: bool, file: Path | None, option: str) -> str:
    """Return an existing secret: from a file, from standard input, or typed without echo."""
    if from_stdin and file is not None:
        stop(f"Use either {option}-stdin or {option}-file, not both.", code=USAGE)
    if file is not None:
        try:
            return file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            stop(f"{file} cannot be read: {reason}.")
    if from_stdin:
        return _read_line("secret")
    if not is_terminal():
        stop(f"There is no terminal to ask on. Give {option}-file or {option}-stdin", code=USAGE)
    return str(typer.prompt(question, hide_input=True, err=True)).strip()


def confirm(question: str, *, yes: bool) -> bool:
    """Return True if the user confirms an irreversible action."""
    if yes:
        return True
    if not is_terminal():
        stop("There is no terminal to ask on. Give --yes to confirm", code=USAGE)
    return typer.confirm(question, default=False, err=True)


def _read_line(what: str) -> str:
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        stop(f"Standard input contains no {what}.", code=USAGE)
    return line
