"""Tests that a different APP_SECRET is detected at start and the right one can be restored."""

import pytest

from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import AppMetadata, Organization
from zerobyte.features.auth.service import KeyCheck
from zerobyte.features.auth.service.key_check import DIFFERENT, fingerprint, stored_fingerprint
from zerobyte.features.auth.service.organizations import password_aad

RIGHT, WRONG = "right-" + "0" * 32, "wrong-" + "1" * 32

pytestmark = pytest.mark.usefixtures("database")


async def start(secret: str) -> KeyCheck:
    check = KeyCheck(secret, Sealer(secret))
    assert await check.run() == (await check.problem() is None)
    return check


async def organization_of(secret: str, *, slug: str = "s") -> None:
    row = Organization(name="n", slug=slug, repository_password="")
    row.repository_password = Sealer(secret).seal("pw", aad=password_aad(row.id))
    await row.save()


async def test_the_first_start_stores_a_fingerprint_that_does_not_hold_the_secret():
    assert await (await start(RIGHT)).problem() is None
    stored = await stored_fingerprint()
    assert stored == fingerprint(RIGHT)
    assert RIGHT not in str([dict(row) for row in await AppMetadata.all()])


async def test_a_start_with_another_secret_is_a_problem_and_overwrites_nothing(
    capfd: pytest.CaptureFixture[str],
):
    await start(RIGHT)
    capfd.readouterr()
    assert await (await start(WRONG)).problem() == DIFFERENT
    output = "".join(capfd.readouterr())
    assert output.count("APP_SECRET is not the one") == 1
    assert "error" in output.lower()
    assert await stored_fingerprint() == fingerprint(RIGHT)
    assert await (await start(RIGHT)).problem() is None


async def test_missing_fingerprint_is_derived_from_encrypted_texts():
    await organization_of(RIGHT)
    assert await (await start(WRONG)).problem() == DIFFERENT
    assert await stored_fingerprint() is None
    assert await (await start(RIGHT)).problem() is None
    assert await stored_fingerprint() == fingerprint(RIGHT)


async def test_one_damaged_text_does_not_reject_the_right_secret():
    await organization_of(RIGHT)
    await organization_of(WRONG, slug="later")
    assert await (await start(RIGHT)).problem() is None


async def test_texts_of_the_older_scheme_are_checked_too():
    await organization_of(RIGHT)
    old = "encv1:" + ":".join(("00" * 16, "00" * 12, "00" * 8, "00" * 16))
    await Organization.all().update(repository_password=old)
    assert await (await start(RIGHT)).problem() == DIFFERENT
