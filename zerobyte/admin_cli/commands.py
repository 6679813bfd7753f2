"""Commands of `zerobyte` that restore access: they ask, call, and print the result.

They work on the database itself, beside a running API, and need no password: everyone who can read
the data folder may run them. Exit code 0 is success, 1 a rejection, 2 a missing value. Each command
asks before it loads its slow imports, so that the question appears at once.
"""

import asyncio
import dataclasses
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from zerobyte.admin_cli import prompts
from zerobyte.settings import Settings

T = TypeVar("T")
_ENDED = "All existing sessions have been invalidated."

Username = Annotated[str | None, typer.Option("--username", "-u", help="The user's name.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def _settings() -> Settings:
    # No secret is needed here, and a wrong folder must not get new ones.
    return Settings.load(os.environ, keep_secrets=False)


def _with_secret(settings: Settings) -> Settings:
    """Return the settings with the stored secret if none is set; creates none."""
    if settings.app_secret:
        return settings
    file = settings.data_dir / "app-secret"
    if not file.is_file():
        prompts.stop(f"Neither APP_SECRET is set nor is there a file {file}.")
    return dataclasses.replace(settings, app_secret=file.read_text().strip())


def _name(username: str | None) -> str:
    return prompts.text(username, "Username", "--username").lower()


def reset_password(
    username: Username = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Set a user's password; ends all sessions and removes passkeys."""
    name = _name(username)
    password = prompts.new_password(from_stdin=password_stdin)

    from zerobyte.admin_cli import accounts

    had_passkeys = _run(accounts.reset_password(_settings(), name, password))
    print(f'Password for user "{name}" has been reset successfully.\n{_ENDED}')
    if had_passkeys:
        print("All passkeys have been removed; add new ones after signing in.")


def disable_2fa(username: Username = None) -> None:
    """Turn off a user's two-factor authentication; ends all sessions."""
    name = _name(username)

    from zerobyte.admin_cli import accounts

    _run(accounts.disable_two_factor(_settings(), name))
    print(f'Two-factor authentication has been disabled for user "{name}".\n{_ENDED}')


def change_username(
    username: Username = None,
    new_username: Annotated[
        str | None, typer.Option("--new-username", "-n", help="3 to 30 letters, digits or ._-")
    ] = None,
) -> None:
    """Change a username; ends all sessions."""
    name = _name(username)
    new = prompts.text(new_username, "New username", "--new-username").lower()

    from zerobyte.admin_cli import accounts

    _run(accounts.change_username(_settings(), name, new))
    print(f'Username "{name}" has been changed to "{new}".\n{_ENDED}')


def change_email(
    username: Username = None,
    email: Annotated[str | None, typer.Option("--email", "-e", help="The new e-mail.")] = None,
    yes: Yes = False,
) -> None:
    """Change a user's e-mail; unlinks identity providers and ends all sessions."""
    name = _name(username)
    new = prompts.text(email, "New e-mail", "--email").lower()

    from zerobyte.admin_cli import accounts

    settings = _settings()
    linked = _run(accounts.linked_providers(settings, name, new))
    if linked:
        question = f"This unlinks {name} from {', '.join(linked)}. Go on?"
        if not prompts.confirm(question, yes=yes):
            print("Nothing was changed.")
            return
    old = _run(accounts.change_email(settings, name, new))
    print(f'Email for "{name}" changed from "{old}" to "{new}".\n{_ENDED}')


def assign_organization(
    username: Username = None,
    organization: Annotated[
        str | None, typer.Option("--organization", "-o", help="The organization's slug.")
    ] = None,
    role: Annotated[str, typer.Option(help="member, admin or owner.")] = "member",
) -> None:
    """Move a user to an organization; ends all sessions."""
    name = _name(username)
    slug = prompts.text(organization, "Organization (slug)", "--organization")

    from zerobyte.admin_cli import accounts

    assignment = _run(accounts.assign_organization(_settings(), name, slug, role=role))
    print(
        f'User "{name}" has been assigned to organization "{assignment.organization}" successfully.'
    )
    if assignment.kept:
        print(f'They stay in "{assignment.kept}" too: it has no other owner.')
    print(_ENDED)


def enable_password_login() -> None:
    """Allow sign-in with passwords again."""

    from zerobyte.admin_cli import accounts

    _run(accounts.enable_password_login(_settings()))
    print("Password login has been re-enabled.")


def rekey(
    old_secret_file: Annotated[
        Path | None, typer.Option("--old-secret-file", help="A file with the old secret.")
    ] = None,
    old_secret_stdin: Annotated[
        bool, typer.Option("--old-secret-stdin", help="Read it from standard input.")
    ] = False,
) -> None:
    """Re-encrypt every stored secret with the current APP_SECRET instead of the old one.

    Stop Zerobyte first. After an interruption, run the command again.
    """
    settings = _with_secret(_settings())
    old = prompts.secret(
        "The old APP_SECRET",
        from_stdin=old_secret_stdin,
        file=old_secret_file or _file_from_environment(),
        option="--old-secret",
    )

    from zerobyte.admin_cli import rotate_secret

    result = _run(rotate_secret.rotate(settings, old))
    print(f"{result.sealed} secrets were re-encrypted, {result.current} were current already.")
    if result.unreadable:
        lines = "\n".join(f"  {entry}" for entry in result.unreadable)
        prompts.stop(f"Neither secret decrypts these; they are unchanged:\n{lines}")


def _file_from_environment() -> Path | None:
    path = os.environ.get("OLD_APP_SECRET_FILE", "").strip()
    return Path(path) if path else None


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (
        reset_password, disable_2fa, change_username, change_email, assign_organization,
        enable_password_login, rekey,
    ):  # fmt: skip
        app.command(command.__name__.replace("_", "-"), rich_help_panel="Rescue")(command)
