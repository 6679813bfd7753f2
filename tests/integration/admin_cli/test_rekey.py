"""`zerobyte rekey`: all secrets are re-encrypted, once, and also after a kill."""

import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pyotp.totp import TOTP
from tortoise import Tortoise

from tests.integration.admin_cli.conftest import SECRET
from zerobyte.contract.repositories import S3Config
from zerobyte.contract.volumes import SftpConfig
from zerobyte.core import clock
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import encrypted_config
from zerobyte.db.connection import sqlite_path
from zerobyte.features.auth.models import Organization, SsoProvider, TwoFactor, User
from zerobyte.features.auth.service import KeyCheck, TwoFactors
from zerobyte.features.auth.service.two_factor import totp
from zerobyte.features.backups.models import Schedule
from zerobyte.features.notifications.models import Destination
from zerobyte.features.repositories.models import Repository
from zerobyte.features.volumes.models import Volume
from zerobyte.processes import startup_checks

OLD = "the-secret-of-before-" + "1" * 32
SFTP = SftpConfig(
    backend="sftp",
    host="h",
    username="u",
    password="pw1",
    private_key="key1",
    path="/",
    known_hosts="h",
)
S3 = S3Config(
    backend="s3", endpoint="https://s", bucket="b", access_key_id="id1", secret_access_key="key2"
)


@pytest.fixture
def filled(installation):
    """Something sealed in every table that holds secrets, all with the secret of before."""
    user = installation.add_person()

    async def fill():
        before = Sealer(OLD)
        organization = await Organization.get()
        aad = f"organizations:{organization.id}:repository_password"
        organization.repository_password = before.seal("pw0", aad=aad)
        await organization.save()
        mine = {"organization_id": organization.id, "name": "n"}
        volume = Volume(**mine, short_id="vol00001", type="sftp")
        volume.config = encrypted_config.seal(before, SFTP, table="volumes", row=volume.short_id)
        await volume.save()
        repository = Repository(**mine, short_id="rep00001", type="s3")
        repository.config = encrypted_config.seal(
            before, S3, table="repositories", row=repository.short_id
        )
        await repository.save()
        destination = Destination(**mine, type="gotify")
        place = f"notification_destinations:{destination.uid}:token"
        destination.config = {"type": "gotify", "token": before.seal("tok", aad=place)}
        await destination.save()
        hooks = before.seal("hooks", aad="backup_schedules:sch00001:webhooks")
        await Schedule.create(
            **mine,
            short_id="sch00001",
            volume_id=volume.id,
            repository_id=repository.id,
            cron_expression="",
            backup_webhooks={"sealed": hooks, "pre": True},
        )
        factor = TwoFactor(user_id=user)
        for name in ("secret", "backup_codes", "pending_secret", "pending_backup_codes"):
            place = f"two_factors:{factor.id}:{name}"
            setattr(factor, name, before.seal(FACTOR[name], aad=place))
        await factor.save()
        provider = SsoProvider(
            organization_id=organization.id, provider_id="idp", issuer="i", domain="d"
        )
        provider.client_id, provider.config = "c", {}
        place = f"sso_providers:{provider.id}:client_secret"
        provider.client_secret = before.seal("client", aad=place)
        await provider.save()

    installation.run(fill)
    return installation


async def opened_with(secret, *former):
    """Every sealed text in plain, in the places that the features look for it."""
    sealer = Sealer(secret, former=former)
    organization, volume, repository, destination, schedule, factor, provider = [
        await row.get()
        for row in (
            Organization,
            Volume,
            Repository,
            Destination,
            Schedule,
            TwoFactor,
            SsoProvider,
        )
    ]
    one = [
        (organization.repository_password, f"organizations:{organization.id}:repository_password"),
        (
            destination.config["token"],
            f"notification_destinations:{destination.uid}:token",
        ),
        (schedule.backup_webhooks["sealed"], "backup_schedules:sch00001:webhooks"),
        (provider.client_secret, f"sso_providers:{provider.id}:client_secret"),
        *(
            (getattr(factor, name), f"two_factors:{factor.id}:{name}")
            for name in ("secret", "backup_codes", "pending_secret", "pending_backup_codes")
        ),
    ]
    texts = [sealer.unseal(text, aad=place) for text, place in one]
    for row, kind, table in (
        (volume, SftpConfig, "volumes"),
        (repository, S3Config, "repositories"),
    ):
        plain = encrypted_config.unseal(sealer, row.config, kind, table=table, row=row.short_id)
        texts += [plain[name] for name in sorted(plain) if plain[name] in PLAIN]
    return texts


PLAIN = ("pw1", "key1", "id1", "key2")
FACTOR = {
    "secret": totp.new_secret(),
    "backup_codes": '["aaaaa-bbbbb"]',
    "pending_secret": totp.new_secret(),
    "pending_backup_codes": "[]",
}
ALL = ["pw0", "tok", "hooks", "client", *FACTOR.values(), "pw1", "key1", "id1", "key2"]


def rekey(installation, old=OLD):
    return installation.call("rekey", "--old-secret-stdin", typed=old + "\n")


def test_rekey_reencrypts_every_secret_of_every_table(filled):
    with pytest.raises(Unsealable):
        filled.run(lambda: opened_with(SECRET))
    result = rekey(filled)
    assert (result.code, result.err) == (0, "")
    assert result.out == "12 secrets were re-encrypted, 0 were current already.\n"
    assert filled.run(lambda: opened_with(SECRET)) == ALL
    again = rekey(filled)
    assert again.out == "0 secrets were re-encrypted, 12 were current already.\n"


# In the order in which the tables are gone through.
KILLED_AT = ("organizations", "two_factors", "repositories")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_killed_rekey_changes_nothing_and_can_be_repeated(filled):
    file = sqlite_path(filled.settings.database_url)
    for table in KILLED_AT:
        with endless_change(file, table):
            assert killed_in_a_change(file) == -signal.SIGKILL
        both = filled.run(lambda: opened_with(SECRET, OLD))
        assert both == ALL
        assert filled.run(count_current) == 0
    result = rekey(filled)
    assert result.code == 0, result.err
    assert result.out == (f"{len(ALL)} secrets were re-encrypted, 0 were current already.\n")
    assert filled.run(lambda: opened_with(SECRET)) == ALL


@contextmanager
def endless_change(file, table):
    """Block every change of a row of the table."""
    counting = "SELECT (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    counting += "SELECT max(x) FROM n)"
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"CREATE TRIGGER endless AFTER UPDATE ON {table} BEGIN {counting}; END")
        yield
        database.execute("DROP TRIGGER endless")


def killed_in_a_change(file) -> int:
    """How the command ends that is killed while it changes a row."""
    zerobyte = Path(sys.executable).with_name("zerobyte")
    process = subprocess.Popen(
        [zerobyte, "rekey", "--old-secret-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(OLD + "\n")
        process.stdin.close()
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as database:
            held, deadline = 0, time.monotonic() + 120
            # Longer than any change of the command takes that comes to its end.
            while held < 20 and process.poll() is None and time.monotonic() < deadline:
                held = held + 1 if is_locked(database) else 0
                time.sleep(0.005)
    finally:
        process.kill()
    return process.wait(60)


def is_locked(database) -> bool:
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    database.execute("ROLLBACK")
    return False


async def count_current() -> int:
    """How many texts are sealed with the secret of now."""
    sealer = Sealer(SECRET)
    texts = await sealed_texts()
    return sum(sealer.is_current(text) for text in texts)


async def sealed_texts() -> list[str]:
    """Everything in the database that is sealed."""
    found = []
    for model in Tortoise.apps["models"].values():
        for row in await model.all().values():
            found += re.findall(r"(?:zb1|encv1):[\w:=-]+", str(row))
    return found


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_totp_and_backup_codes_are_valid_after_a_rekey(filled):
    assert rekey(filled).code == 0

    async def sign_in():
        user, factors = await User.get(), TwoFactors(Sealer(SECRET))
        code = TOTP(FACTOR["secret"]).generate_otp(clock.now_ms() // 30_000)
        await factors.check_code(user, code)
        await factors.check_backup_code(user, "aaaaa-bbbbb")

    filled.run(sign_in)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_undecryptable_texts_are_listed_and_unchanged(filled):
    async def spoil():
        return await Volume.all().update(config={"password": Sealer("x" * 32).seal("a", aad="b")})

    filled.run(spoil)
    result = rekey(filled)
    assert result.code == 1
    assert "10 secrets were re-encrypted" in result.out
    assert "volumes 1 config.password" in result.err
    assert "zb1:" not in result.err
    # A wrong secret changes nothing at all.
    wrong = rekey(filled, "another-secret-" + "2" * 32)
    assert (wrong.code, wrong.out.split()[0]) == (1, "0")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_rekey_rejects_wrong_input(filled, tmp_path, monkeypatch):
    same = rekey(filled, SECRET)
    assert same.code == 1
    assert "The old secret equals the current one" in same.err
    nothing = rekey(filled, "")
    assert (nothing.code, nothing.err) == (2, "Standard input contains no secret.\n")
    file = tmp_path / "old"
    both = filled.call("rekey", "--old-secret-stdin", "--old-secret-file", str(file))
    assert (both.code, "not both" in both.err) == (2, True)
    unread = filled.call("rekey", "--old-secret-file", str(file))
    assert (unread.code, "cannot be read" in unread.err) == (1, True)
    with startup_checks.lock_data_dir(tmp_path):
        running = rekey(filled)
        assert (running.code, "Another Zerobyte" in running.err) == (1, True)
    file.write_text(OLD + "\n")
    monkeypatch.setenv("OLD_APP_SECRET_FILE", str(file))
    monkeypatch.delenv("APP_SECRET")
    without = filled.call("rekey")
    assert (without.code, "Neither APP_SECRET is set" in without.err) == (1, True)
    (tmp_path / "app-secret").write_text(SECRET + "\n")
    assert filled.call("rekey").out.startswith("12 secrets")


@pytest.mark.parametrize("old", ["", "short"])
def test_an_empty_or_short_old_secret_is_refused(filled, tmp_path, old):
    file = tmp_path / "old-secret"
    file.write_text(old + "\n")
    result = filled.call("rekey", "--old-secret-file", str(file))
    assert result.code == 1
    assert "secret" in result.err.lower()
    assert "Traceback" not in result.err


async def start_with(secret):
    check = KeyCheck(secret, Sealer(secret))
    return await check.run()


def test_rekey_records_the_new_secret_for_the_check_at_start(filled):
    assert filled.run(lambda: start_with(OLD))
    assert not filled.run(lambda: start_with(SECRET))
    assert rekey(filled).code == 0
    assert filled.run(lambda: start_with(SECRET))
    assert not filled.run(lambda: start_with(OLD))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_rekey_with_a_wrong_old_secret_does_not_record_the_new_one(filled):
    assert filled.run(lambda: start_with(OLD))
    assert rekey(filled, "another-secret-" + "2" * 32).code == 1
    assert filled.run(lambda: start_with(OLD))
    assert not filled.run(lambda: start_with(SECRET))
