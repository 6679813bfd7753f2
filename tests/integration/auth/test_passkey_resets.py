"""A password is reset while a passkey is being made or used."""

from tests.support.passkeys import ada, code_of, device, register, sign_in
from zerobyte.features.auth.models import Passkey, Session
from zerobyte.features.auth.service import Passkeys, passkeys

__all__ = ["ada", "device"]


async def test_a_passkey_that_is_made_while_the_password_is_reset_is_not_kept(
    client, ada, device, reset, monkeypatch
):
    take = Passkeys._consume_challenge

    async def take_and_reset(*args, **named):
        taken = await take(*args, **named)
        await reset()
        return taken

    monkeypatch.setattr(Passkeys, "_consume_challenge", take_and_reset)
    assert code_of(await register(client, device)) == (401, "UNAUTHORIZED")
    assert not await Passkey.exists()


async def test_a_passkey_that_signs_in_while_the_password_is_reset_opens_nothing(
    client, ada, device, reset, monkeypatch
):
    check = passkeys._check_assertion

    async def check_and_reset(*args, **named):
        await check(*args, **named)
        await reset()

    await register(client, device)
    monkeypatch.setattr(passkeys, "_check_assertion", check_and_reset)
    assert code_of(await sign_in(client, device)) == (401, "PASSKEY_NOT_FOUND")
    assert not await Session.exists()
