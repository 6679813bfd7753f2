"""An account command beside a running API takes effect at once."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.support.accounts import ADA, SIGN_IN, clocks, serve, time
from zerobyte.features.auth.service import login_throttle

__all__ = ["clocks", "serve", "time"]

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
PROGRAM = Path(sys.executable).with_name("zerobyte")
FEW = 6


async def sign_in(client, number, password, username="ada"):
    return await client.post(
        "/api/auth/sign-in/username",
        json={"username": username, "password": password},
        headers={"x-forwarded-for": f"10.0.0.{number}"},
    )


async def rescue(database, folder, *arguments, typed):
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        env={
            "PATH": os.environ["PATH"],
            "ZEROBYTE_DATA_DIR": str(folder),
            "ZEROBYTE_DATABASE_URL": database,
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(typed.encode()), 300)
    assert process.returncode == 0, err
    return out.decode()


async def test_reset_password_works_at_an_api_that_throttled_the_user(
    serve, database, tmp_path, clocks, monkeypatch
):
    monkeypatch.setattr(login_throttle, "_BY_ACCOUNT", (FEW, 900))
    async with serve(DISABLE_RATE_LIMITING="false", TRUST_PROXY="true") as client:
        await client.post("/api/auth/sign-up/email", json=ADA)
        client.cookies.clear()
        for number in range(FEW):
            assert (await sign_in(client, number, "wrong")).status_code == 401
            assert (await sign_in(client, number, "wrong", "unknown")).status_code == 401
        # However often it is looked up, it stays refused.
        for _ in range(5):
            clocks.pass_(seconds=1)
            assert (await sign_in(client, 100, SIGN_IN["password"])).status_code == 429
        out = await rescue(
            database, tmp_path, "reset-password", "-u", "ada", "--password-stdin", typed="new horse"
        )
        assert "has been reset" in out
        clocks.pass_(seconds=1)
        assert (await sign_in(client, 101, SIGN_IN["password"])).status_code == 401
        assert (await sign_in(client, 102, "new horse")).status_code == 200
        # Other clients stay throttled, and so does this name after further failures.
        assert (await sign_in(client, 103, "wrong", "unknown")).status_code == 429
        client.cookies.clear()
        statuses = [(await sign_in(client, 110 + n, "wrong")).status_code for n in range(FEW)]
        assert statuses == [401] * (FEW - 1) + [429]
