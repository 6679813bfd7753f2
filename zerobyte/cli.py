"""The commands of `zerobyte`. Each imports its modules when it is called, so that help is fast.

Results go to standard output; an error is one sentence on standard error, with exit code 1.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from zerobyte import __version__
from zerobyte.admin_cli import commands as account_commands
from zerobyte.core import early_interrupt, private_files
from zerobyte.core.errors import ZerobyteError
from zerobyte.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    name="zerobyte",
    help="Encrypted restic backups, scheduled and run by Prefect.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
deploy = typer.Typer(
    help="Update Prefect's deployments from the schedules.", invoke_without_command=True
)
migrate = typer.Typer(help="Migrations of the database.", no_args_is_help=True)
tokens = typer.Typer(help="Credentials of the workers.", no_args_is_help=True)
app.add_typer(tokens, name="worker-tokens")
app.add_typer(deploy, name="deploy")
app.add_typer(migrate, name="migrate")
account_commands.add_to(app)


def main() -> None:
    """Run the command line; print an error as one sentence."""
    private_files.set_private_umask()
    try:
        app()
    except ZerobyteError as error:
        _fail(error.message)


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(1)


def _settings() -> Settings:
    return Settings.load(os.environ)


def _without_secrets() -> Settings:
    # A command that needs no secret must not create new ones in a wrong folder.
    return Settings.load(os.environ, keep_secrets=False)


def _wait(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@app.command()
def serve() -> None:
    """Start the whole platform on this machine, in the foreground; Ctrl-C stops it in order."""
    early_interrupt.install()
    from zerobyte.processes import supervisor

    raise SystemExit(supervisor.main())


@app.command()
def api() -> None:
    """Start the API alone, for machines where Prefect and the workers run elsewhere."""
    early_interrupt.install()
    from zerobyte import app as api_app

    api_app.main()


@app.command()
def worker() -> None:
    """Start a worker on this host; it needs ZEROBYTE_API_URL, a token and PREFECT_API_URL."""
    early_interrupt.install()
    from zerobyte.processes import worker_main as worker_process

    raise SystemExit(worker_process.main())


@app.command("worker-token")
def worker_token(
    host: Annotated[str, typer.Argument(help="Name of the worker's host, such as nas-1.")],
) -> None:
    """Print a new token for the worker of one host; it is shown only once."""
    from zerobyte.admin_cli import tokens as token_commands

    print(_wait(token_commands.issue(_without_secrets(), host)))


@tokens.command("list")
def worker_tokens_list() -> None:
    """List the workers' tokens: id, host, issue date, last use."""
    from zerobyte.admin_cli import tokens as token_commands

    table = Table("id", "host", "issued", "last used", "revoked")
    for row in _wait(token_commands.listing(_without_secrets())):
        table.add_row(*row)
    Console().print(table)


@tokens.command("revoke")
def worker_tokens_revoke(token_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Revoke one token; the worker that uses it stops."""
    from zerobyte.admin_cli import tokens as token_commands

    _wait(token_commands.revoke(_without_secrets(), token_id))
    print(f"The token {token_id} is revoked.")


@tokens.command("rotate")
def worker_tokens_rotate(token_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Replace one token: print the new one once, and revoke the old one."""
    from zerobyte.admin_cli import tokens as token_commands

    print(_wait(token_commands.rotate(_without_secrets(), token_id)))


@app.command("prefect-secret")
def prefect_secret() -> None:
    """Print the secret for Prefect's UI."""
    print(_settings().prefect_auth)


@app.command()
def openapi(
    check: Annotated[
        Path | None, typer.Option(help="Compare with this file instead; exit 1 on a difference.")
    ] = None,
) -> None:
    """Print the OpenAPI document."""
    from zerobyte import app as api_app

    text = api_app.openapi_text()
    if check is None:
        sys.stdout.write(text)
    elif check.read_text() != text:
        _fail(f"{check} differs from the code; run `make openapi` and commit it")


@app.command()
def demo(
    source: Annotated[Path, typer.Option(help="The folder to back up and restore.")],
) -> None:
    """Back up a folder and restore it beside, on a temporary platform."""
    from zerobyte.demo.command import main as demonstrate

    raise SystemExit(demonstrate(source))


@deploy.callback()
def deploy_all(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; print differences and exit with 1.")
    ] = False,
) -> None:
    """Update every schedule's deployment; a second call changes nothing."""
    if context.invoked_subcommand is not None:
        return
    from zerobyte import deploy

    differences = _wait(deploy.drift(_settings()) if check else deploy.apply(_settings()))
    if not differences:
        print("Prefect matches the schedules.")
        return
    table = Table("schedule", "name", "in Prefect" if check else "was in Prefect")
    for difference in differences:
        table.add_row(difference.short_id, difference.name, difference.what)
    Console().print(table)
    if check:
        raise SystemExit(1)
    print(f"{len(differences)} deployments were repaired.")


@deploy.command("list")
def deploy_list() -> None:
    """List the deployments of the schedules in Prefect."""
    from zerobyte import deploy

    table = Table("deployment", "cron", "zone", "paused", "queue")
    for entry in _wait(deploy.list_deployments(_settings())):
        cron, zone = entry.crons[0] if entry.crons else ("", "")
        table.add_row(f"backup/{entry.short_id}", cron, zone, str(entry.paused), entry.work_queue)
    Console().print(table)


@migrate.command("upgrade")
def migrate_upgrade() -> None:
    """Migrate the database to this version; the API also does so at its start."""
    from zerobyte.db import migrate as steps
    from zerobyte.db.active_lock import without_active_process

    async def upgrade(database_url: str) -> list[str]:
        async with without_active_process(database_url):
            return await steps.upgrade(database_url)

    applied = _wait(upgrade(_settings().database_url))
    print("\n".join(applied) if applied else "Nothing to do.")


@migrate.command("make")
def migrate_make(name: Annotated[str, typer.Argument(help="lower_case_words")]) -> None:
    """Write the next migration from the models (for developers)."""
    from zerobyte.db import migrate as steps

    path = _wait(steps.make(name))
    print(path or "The models have not changed.")


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


if __name__ == "__main__":
    main()
