"""The command line on an installation of its own."""

import asyncio
import io
import shutil
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import settings_for
from zerobyte import cli
from zerobyte.core import ids
from zerobyte.core.secrets import Sealer
from zerobyte.db import connection
from zerobyte.features.auth.models import Account, Member, Organization, Session, User
from zerobyte.features.auth.service.password_hashing import Passwords
from zerobyte.settings import Settings

SECRET = "the-secret-of-now-" + "0" * 32


@dataclass
class Result:
    code: int
    out: str
    err: str


@dataclass
class Installation:
    """One data folder with a database that the commands find by themselves."""

    settings: Settings
    call: Callable[..., Result]

    def run(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Look at the database, or write to it, between two commands."""

        async def inside() -> Any:
            async with connection.database(self.settings.database_url):
                return await work()

        return asyncio.run(inside())

    def add_person(self, name: str = "ada", *, role: str = "owner") -> str:
        """Create a user with a password, an organization and a session. Returns the id."""

        async def add() -> str:
            sealer = Sealer(self.settings.app_secret)
            user = await User.create(name=name, email=f"{name}@example.com", username=name)
            await Account.create(
                user_id=user.id,
                provider_id="credential",
                account_id=user.id,
                password_hash=await Passwords().hash("correct horse"),
            )
            home = ids.uuid7()
            aad = f"organizations:{home}:repository_password"
            await Organization.create(
                id=home,
                name=f"{name}'s",
                slug=name,
                repository_password=sealer.seal("pw of " + name, aad=aad),
            )
            await Member.create(organization_id=home, user_id=user.id, role=role)
            await Session.create(token_hash=ids.token(), user_id=user.id, expires_at=2**50)
            return user.id

        return self.run(add)


@pytest.fixture
def installation(
    request: pytest.FixtureRequest,
    database_kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Installation:
    environ = {"ZEROBYTE_DATA_DIR": str(tmp_path), "APP_SECRET": SECRET}
    if database_kind == "sqlite":
        (tmp_path / "data").mkdir()
        template = request.getfixturevalue("sqlite_template")
        shutil.copyfile(template, tmp_path / "data" / "zerobyte.db")
    else:
        server = request.getfixturevalue("postgres")
        template = request.getfixturevalue("postgres_template")
        name = f"t{ids.token(12).lower()}"
        server.psql(f"CREATE DATABASE {name} TEMPLATE {template};")
        environ["ZEROBYTE_DATABASE_URL"] = server.get_uri(database=name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str, typed: str = "") -> Result:
        monkeypatch.setattr(sys, "argv", ["zerobyte", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            cli.main()
        output = capsys.readouterr()
        return Result(int(end.value.code or 0), output.out, output.err)

    return Installation(settings_for(tmp_path, **environ), call)
