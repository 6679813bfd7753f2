"""Every stored secret under another APP_SECRET: all of them, once, and also after a kill."""

import pytest

from tests.integration.rescue.conftest import SECRET
from zerobyte.contract.repositories import S3Config
from zerobyte.contract.volumes import SftpConfig
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db import sealed
from zerobyte.features.auth.models import Organization, TwoFactor
from zerobyte.features.backups.models import Schedule
from zerobyte.features.notifications.models import Destination
from zerobyte.features.repositories.models import Repository
from zerobyte.features.volumes.models import Volume
from zerobyte.processes import places

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
        volume.config = sealed.seal(before, SFTP, table="volumes", row=volume.short_id)
        await volume.save()
        repository = Repository(**mine, short_id="rep00001", type="s3")
        repository.config = sealed.seal(before, S3, table="repositories", row=repository.short_id)
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
            setattr(factor, name, before.seal(name, aad=place))
        await factor.save()

    installation.run(fill)
    return installation


async def opened_with(secret):
    """Every sealed text in plain, in the places that the features look for it."""
    sealer = Sealer(secret)
    organization, volume, repository, destination, schedule, factor = [
        await row.get()
        for row in (Organization, Volume, Repository, Destination, Schedule, TwoFactor)
    ]
    one = [
        (organization.repository_password, f"organizations:{organization.id}:repository_password"),
        (
            destination.config["token"],
            f"notification_destinations:{destination.uid}:token",
        ),
        (schedule.backup_webhooks["sealed"], "backup_schedules:sch00001:webhooks"),
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
        plain = sealed.unseal(sealer, row.config, kind, table=table, row=row.short_id)
        texts += [plain[name] for name in sorted(plain) if plain[name] in PLAIN]
    return texts


PLAIN = ("pw1", "key1", "id1", "key2")
ALL = ["pw0", "tok", "hooks", "secret", "backup_codes", "pending_secret", "pending_backup_codes"]
ALL += ["pw1", "key1", "id1", "key2"]


def rekey(installation, old=OLD):
    return installation.call("rekey", "--old-secret-stdin", typed=old + "\n")


def test_rekey_seals_every_secret_of_every_table_anew(filled):
    with pytest.raises(Unsealable):
        filled.run(lambda: opened_with(SECRET))
    result = rekey(filled)
    assert (result.code, result.err) == (0, "")
    assert result.out == "11 secrets were sealed anew, 0 were so already.\n"
    assert filled.run(lambda: opened_with(SECRET)) == ALL
    again = rekey(filled)
    assert again.out == "0 secrets were sealed anew, 11 were so already.\n"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_rekey_that_was_killed_goes_on_with_what_is_left(filled, monkeypatch):
    seal, count = Sealer.seal, [0]

    def seal_and_die(self, text, *, aad):
        count[0] += 1
        if count[0] == 7:
            raise KeyboardInterrupt
        return seal(self, text, aad=aad)

    monkeypatch.setattr(Sealer, "seal", seal_and_die)
    assert rekey(filled).code != 0
    monkeypatch.setattr(Sealer, "seal", seal)
    result = rekey(filled)
    assert result.code == 0
    done, before = (int(word) for word in result.out.split() if word.isdigit())
    assert done + before == 11
    assert before > 0
    assert filled.run(lambda: opened_with(SECRET)) == ALL


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_neither_secret_opens_is_named_and_left(filled):
    async def spoil():
        return await Volume.all().update(config={"password": Sealer("x" * 32).seal("a", aad="b")})

    filled.run(spoil)
    result = rekey(filled)
    assert result.code == 1
    assert "9 secrets were sealed anew" in result.out
    assert "volumes 1 config.password" in result.err
    assert "zb1:" not in result.err
    # A wrong secret changes nothing at all.
    wrong = rekey(filled, "another-secret-" + "2" * 32)
    assert (wrong.code, wrong.out.split()[0]) == (1, "0")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_rekey_refuses_what_cannot_be_meant(filled, tmp_path, monkeypatch):
    same = rekey(filled, SECRET)
    assert same.code == 1
    assert "The secret of before is the one of now" in same.err
    assert "no terminal to ask on" in filled.call("rekey").err
    file = tmp_path / "old"
    both = filled.call("rekey", "--old-secret-stdin", "--old-secret-file", str(file))
    assert (both.code, "not both" in both.err) == (2, True)
    assert "cannot be read" in filled.call("rekey", "--old-secret-file", str(file)).err
    with places.hold_folder(tmp_path):
        running = rekey(filled)
        assert (running.code, "Another Zerobyte" in running.err) == (1, True)
    file.write_text(OLD + "\n")
    monkeypatch.setenv("OLD_APP_SECRET_FILE", str(file))
    monkeypatch.delenv("APP_SECRET")
    assert "Neither APP_SECRET is set" in filled.call("rekey").err
    (tmp_path / "app-secret").write_text(SECRET + "\n")
    assert filled.call("rekey").out.startswith("11 secrets")
