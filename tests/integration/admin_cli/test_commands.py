"""The account commands: changes, output and rejections."""

import pytest

from zerobyte.features.auth.models import (
    Account,
    ApiKey,
    AppMetadata,
    Member,
    Organization,
    Passkey,
    Session,
    TrustedDevice,
    TwoFactor,
    User,
)
from zerobyte.features.auth.service.password_hashing import Passwords
from zerobyte.features.auth.service.registration_settings import RegistrationSettings

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ENDED = "All existing sessions have been invalidated.\n"


def sessions(installation):
    return installation.run(lambda: Session.all().count())


@pytest.fixture
def ada(installation):
    return installation.add_person()


def test_reset_password_reads_standard_input_and_ends_sessions(installation, ada):
    async def with_device():
        await TrustedDevice.create(token_hash="x", user_id=ada, expires_at=2**50)

    installation.run(with_device)
    result = installation.call(
        "reset-password", "-u", "Ada", "--password-stdin", typed="n w pass\n"
    )
    assert (result.code, result.err) == (0, "")
    assert result.out == f'Password for user "ada" has been reset successfully.\n{ENDED}'

    async def look():
        account = await Account.get()
        fits = await Passwords().verify(account.password_hash, "n w pass")
        return fits, await Session.all().count(), await TrustedDevice.all().count()

    assert installation.run(look) == (True, 0, 0)


def test_reset_password_removes_passkeys_and_prints_a_notice(installation, ada):
    async def with_passkey():
        await Passkey.create(user_id=ada, credential_id="x", public_key="x", device_type="x")

    installation.run(with_passkey)
    result = installation.call("reset-password", "-u", "ada", "--password-stdin", typed="password")
    assert result.code == 0
    assert result.out.endswith(
        f"{ENDED}All passkeys have been removed; add new ones after signing in.\n"
    )
    assert installation.run(lambda: Passkey.all().count()) == 0


def test_reset_password_creates_a_missing_credential_account(installation, ada):
    installation.run(lambda: Account.all().delete())
    result = installation.call("reset-password", "-u", "ada", "--password-stdin", typed="password")
    assert result.code == 0
    assert installation.run(Account.get).account_id == ada


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "message"),
    [
        (("-u", "ada", "--password-stdin"), "short\n", 1, "at least 8 characters"),
        (("-u", "ada", "--password-stdin"), "x" * 129, 1, "at most 128 characters"),
        (("-u", "ada", "--password-stdin"), "", 2, "Standard input contains no password"),
        (("-u", "eve", "--password-stdin"), "password", 1, 'User "eve" not found'),
        (("-u", "ada"), "", 2, "no terminal to ask on. Give the password with --password-stdin"),
        (("--password-stdin",), "password", 2, "no terminal to ask on. Give --username"),
        (("-u", "ada", "-p", "password"), "", 2, "No such option"),
    ],
)
def test_reset_password_refuses(installation, ada, arguments, typed, code, message):
    result = installation.call("reset-password", *arguments, typed=typed)
    assert result.code == code
    assert message in result.err
    assert result.out == ""
    assert sessions(installation) == 1


def test_disable_2fa_deletes_trusted_devices_and_sessions(installation, ada):
    refused = installation.call("disable-2fa", "-u", "ada")
    assert (refused.code, refused.err) == (1, 'User "ada" does not have 2FA enabled\n')

    async def enable():
        await User.all().update(two_factor_enabled=True)
        await TwoFactor.create(user_id=ada, secret="x")
        await TrustedDevice.create(token_hash="x", user_id=ada, expires_at=2**50)

    installation.run(enable)
    result = installation.call("disable-2fa", "-u", "ada")
    assert result.code == 0
    assert 'disabled for user "ada"' in result.out

    async def look():
        left = [await row.all().count() for row in (TwoFactor, TrustedDevice, Session)]
        return left, (await User.get()).two_factor_enabled

    assert installation.run(look) == ([0, 0, 0], False)
    unknown = installation.call("disable-2fa", "-u", "eve")
    assert (unknown.code, unknown.err) == (1, 'User "eve" not found\n')


def test_change_username_changes_the_display_name_and_ends_sessions(installation, ada):
    result = installation.call("change-username", "-u", "ada", "-n", " Lovelace ")
    assert result.code == 0
    user = installation.run(User.get)
    assert {user.username, user.display_username, user.name} == {"lovelace"}
    assert sessions(installation) == 0
    installation.add_person("eve")
    for new, message in (("eve", "is already taken"), ("a b", "invalid"), ("ab", "too short")):
        result = installation.call("change-username", "-u", "lovelace", "-n", new)
        assert result.code == 1
        assert message in result.err
    unknown = installation.call("change-username", "-u", "unknown", "-n", "new")
    assert (unknown.code, unknown.err) == (1, 'User "unknown" not found\n')


def test_signing_an_admin_out_ends_their_impersonations(installation, ada):
    eve = installation.add_person("eve")
    installation.run(lambda: Session.filter(user_id=eve).update(impersonated_by=ada))
    assert installation.call("change-username", "-u", "ada", "-n", "lovelace").code == 0
    assert sessions(installation) == 0


def test_change_email_asks_before_it_unlinks_and_ends_sessions(installation, ada):
    async def link():
        await Account.create(user_id=ada, provider_id="idp", account_id="1")

    installation.run(link)
    new = ("change-email", "-u", "ada", "-e", "New@Example.com")
    refused = installation.call(*new)
    assert (refused.code, refused.err) == (
        2,
        "There is no terminal to ask on. Give --yes to confirm\n",
    )
    assert installation.run(lambda: Account.all().count()) == 2
    result = installation.call(*new, "--yes")
    assert result.out == (
        f'Email for "ada" changed from "ada@example.com" to "new@example.com".\n{ENDED}'
    )
    assert installation.run(User.get).email == "new@example.com"
    assert installation.run(Account.get).provider_id == "credential"
    assert sessions(installation) == 0


def test_change_email_refuses(installation, ada):
    installation.add_person("eve")

    def call(email, name="ada"):
        result = installation.call("change-email", "-u", name, "-e", email)
        assert result.code == 1
        return result.err.strip()

    assert call("bad") == 'Invalid email address "bad"'
    assert call("ada@example.com") == 'User "ada" already has email "ada@example.com"'
    assert call("eve@example.com") == 'Email "eve@example.com" is already in use'
    assert call("new@example.com", "bob") == 'User "bob" not found'
    installation.run(lambda: Account.filter(user_id=ada).delete())
    assert call("new@example.com") == (
        'User "ada" has no credential account. Reset their password before changing email.'
    )
    assert sessions(installation) == 2


def test_assign_organization_moves_a_member_with_the_given_role(installation, ada):
    eve = installation.add_person("eve", role="member")

    async def add_key():
        mine = {"user_id": eve, "organization_id": (await Organization.get(slug="eve")).id}
        await ApiKey.create(**mine, name="k", key_hash="k", start="zb_abc")

    installation.run(add_key)
    result = installation.call("assign-organization", "-u", "eve", "-o", "ada")
    assert result.code == 0
    assert """User "eve" has been assigned to organization "ada's" successfully.""" in result.out

    async def look():
        members = await Member.filter(user_id=eve).select_related("organization")
        return [(member.organization.slug, member.role) for member in members]

    assert installation.run(look) == [("ada", "member")]
    assert installation.run(lambda: Session.filter(user_id=eve).count()) == 0
    assert installation.run(lambda: ApiKey.all().count()) == 0
    again = installation.call("assign-organization", "-u", "eve", "-o", "ada")
    assert (again.code, again.err) == (
        1,
        """User "eve" is already assigned to organization "ada's".\n""",
    )


def test_assign_organization_leaves_no_organization_without_an_owner(installation, ada):
    eve = installation.add_person("eve")
    result = installation.call("assign-organization", "-u", "eve", "-o", "ada", "--role", "admin")
    assert """They stay in "eve's" too: it has no other owner.""" in result.out

    async def look():
        members = Member.filter(user_id=eve).order_by("created_at").select_related("organization")
        return [(member.organization.slug, member.role) for member in await members]

    # The first of them is where the next sign-in leads to.
    assert installation.run(look) == [("ada", "admin"), ("eve", "owner")]


def test_assign_organization_refuses(installation, ada):
    for arguments, message in (
        (("-u", "ada", "-o", "nope"), 'Organization "nope" not found.'),
        (("-u", "bob", "-o", "ada"), 'User "bob" not found'),
        (("-u", "ada", "-o", "x", "--role", "wizard"), "must be one of member, admin, owner"),
    ):
        result = installation.call("assign-organization", *arguments)
        assert result.code == 1
        assert message in result.err
    assert installation.run(lambda: Organization.all().count()) == 1


def test_enable_password_login_changes_the_setting(installation):
    async def disable():
        await RegistrationSettings().set_password_login_disabled(True)

    installation.run(disable)
    result = installation.call("enable-password-login")
    assert (result.code, result.out) == (0, "Password login has been re-enabled.\n")
    assert installation.run(AppMetadata.get).value == "false"


def test_a_folder_without_an_installation_is_refused_and_stays_empty(
    installation, tmp_path, monkeypatch
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("ZEROBYTE_DATA_DIR", str(elsewhere))
    monkeypatch.delenv("APP_SECRET")
    result = installation.call("enable-password-login")
    assert result.code == 1
    assert f"There is no database at {elsewhere}" in result.err
    assert list(elsewhere.iterdir()) == []


def test_database_of_another_version_is_not_changed(installation, ada):
    async def older():
        from tortoise import Tortoise

        connection = Tortoise.get_connection("default")
        await connection.execute_query("DELETE FROM aerich WHERE version NOT LIKE '0%'")

    installation.run(older)
    result = installation.call("disable-2fa", "-u", "ada")
    assert result.code == 1
    assert "zerobyte migrate upgrade" in result.err


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (("reset-password",), "--password-stdin"),
        (("disable-2fa",), "--username"),
        (("change-username",), "--username"),
        (("change-username", "-u", "ada"), "--new-username"),
        (("change-email",), "--username"),
        (("change-email", "-u", "ada"), "--email"),
        (("assign-organization",), "--username"),
        (("assign-organization", "-u", "ada"), "--organization"),
        (("rekey",), "--old-secret-file"),
    ],
)
def test_missing_value_without_a_terminal_is_an_error_naming_the_option(
    installation, ada, arguments, missing
):
    options = ("-u", "ada") if arguments == ("reset-password",) else ()
    result = installation.call(*arguments, *options)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("There is no terminal to ask on. Give ")
    assert missing in result.err
    assert result.err.count("\n") == 1
    assert sessions(installation) == 1
