"""Audit entries of the account commands, and the API keys that they revoke."""

import pytest

from zerobyte.core import ids
from zerobyte.features.audit.models import AuditLine
from zerobyte.features.auth.models import ApiKey, Member, Organization

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def test_commands_write_audit_entries_and_revoke_api_keys(installation):
    ada = installation.add_person()
    eve = installation.add_person("eve", role="member")

    async def give_keys() -> None:
        for user_id in (ada, eve):
            place = await Member.get(user_id=user_id)
            await ApiKey.create(
                user_id=user_id,
                organization_id=place.organization_id,
                name="k",
                key_hash=ids.token(43),
                start="zb_abc",
            )

    installation.run(give_keys)
    for arguments in (
        ("reset-password", "-u", "ada", "--password-stdin"),
        ("assign-organization", "-u", "eve", "-o", "ada"),
        ("enable-password-login",),
        ("change-username", "-u", "unknown", "-n", "other"),
    ):
        installation.call(*arguments, typed="canary-password")

    async def look():
        lines = await AuditLine.all().order_by("id")
        home = await Organization.get(slug="ada")
        return home.id, [dict(line) for line in lines], await ApiKey.all().count()

    home, lines, keys = installation.run(look)
    assert keys == 0
    assert [(line["action"], line["organization_id"]) for line in lines] == [
        ("cli:reset-password", None),
        ("cli:assign-organization", home),
        ("cli:enable-password-login", None),
    ]
    assert lines[1]["details"] == {"role": "member", "userId": eve}
    assert "canary-password" not in str(lines)
