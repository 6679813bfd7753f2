"""db.encrypted_config: secrets are sealed per row, masked in responses, kept on update."""

from typing import Any

import pytest

from zerobyte.contract.base import MASK
from zerobyte.contract.repositories import RestConfig
from zerobyte.contract.volumes import SmbConfig
from zerobyte.core.errors import Invalid, ZerobyteError
from zerobyte.core.secrets import Sealer
from zerobyte.db import encrypted_config

SEALER = Sealer("s" * 32)


def smb(**more: Any) -> SmbConfig:
    fields: dict[str, Any] = {"backend": "smb", "server": "nas", "share": "docs", **more}
    return SmbConfig.model_validate(fields)


def test_a_sealed_secret_opens_at_its_own_place_alone() -> None:
    config = smb(username="bob", password="hunter22")
    stored = encrypted_config.seal(SEALER, config, table="volumes", row="a")
    assert "hunter22" not in str(stored)
    plain = encrypted_config.unseal(SEALER, stored, SmbConfig, table="volumes", row="a")
    assert plain["password"] == "hunter22"
    with pytest.raises(ZerobyteError):
        encrypted_config.unseal(SEALER, stored, SmbConfig, table="volumes", row="b")
    with pytest.raises(ZerobyteError):
        encrypted_config.unseal(SEALER, stored, SmbConfig, table="repositories", row="a")


def test_answers_show_the_mask_and_leave_out_what_was_never_given() -> None:
    stored = encrypted_config.seal(SEALER, smb(password="hunter22"), table="volumes", row="a")
    assert encrypted_config.masked(stored, {"smb": SmbConfig}, "smb")["password"] == MASK
    bare = encrypted_config.seal(SEALER, smb(), table="volumes", row="a")
    assert "password" not in encrypted_config.masked(bare, {"smb": SmbConfig}, "smb")


def test_the_mask_keeps_the_stored_secret() -> None:
    stored = {"backend": "smb", "server": "nas", "share": "docs", "port": 445, "password": "old"}
    assert encrypted_config.keep_masked(smb(share="other", password=MASK), stored).password == "old"


@pytest.mark.parametrize("change", [{"server": "evil"}, {"port": 446}, {"username": "eve"}])
def test_the_mask_is_refused_when_the_secret_would_go_elsewhere(change: dict[str, Any]) -> None:
    stored = {"backend": "smb", "server": "nas", "share": "docs", "port": 445, "password": "old"}
    with pytest.raises(Invalid, match="entered again"):
        encrypted_config.keep_masked(smb(**change, password=MASK), stored)


def test_the_mask_is_refused_when_nothing_is_stored() -> None:
    with pytest.raises(Invalid, match="none is stored"):
        encrypted_config.keep_masked(smb(password=MASK), None)


def test_a_rest_servers_credentials_are_bound_to_its_address() -> None:
    sent = RestConfig.model_validate(
        {"backend": "rest", "url": "http://evil:1", "username": MASK, "password": MASK}
    )
    stored = {"backend": "rest", "url": "http://good:1", "username": "u", "password": "p"}
    with pytest.raises(Invalid, match="entered again"):
        encrypted_config.keep_masked(sent, stored)
