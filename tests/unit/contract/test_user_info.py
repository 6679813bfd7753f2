"""The user name and password of an address move to encrypted fields, or are refused."""

import pytest
from pydantic import ValidationError

from zerobyte.contract.base import MASK
from zerobyte.contract.notifications import GenericConfig, GotifyConfig
from zerobyte.contract.repositories import RestConfig, S3Config
from zerobyte.contract.webhooks import Webhook


def test_a_rest_address_gives_its_user_info_to_the_encrypted_fields():
    config = RestConfig(backend="rest", url="https://u:p%2Fw@host:8000/x")
    assert (config.url, config.username, config.password) == ("https://host:8000/x", "u", "p/w")


def test_a_rest_address_and_fields_that_disagree_are_refused():
    with pytest.raises(ValidationError):
        RestConfig(backend="rest", url="https://u:p@host/", username="other")


@pytest.mark.parametrize("make", [GenericConfig, Webhook])
def test_a_webhook_address_gives_its_user_info_to_a_header(make):
    more = {"type": "generic", "method": "POST"} if make is GenericConfig else {}
    made = make(url="https://u:p@host/x", **more)
    assert (made.url, made.headers) == ("https://host/x", ["Authorization: Basic dTpw"])


@pytest.mark.parametrize("address", ["http://u:pa/ss@host", "http://a\\@b/", "http://u:12x@@"])
def test_an_address_whose_host_is_not_clear_is_refused_without_repeating_it(address: str):
    for make in (
        lambda: RestConfig(backend="rest", url=address),
        lambda: GenericConfig(type="generic", url=address, method="GET"),
        lambda: Webhook(url=address),
    ):
        if address.endswith("@@"):
            continue
        with pytest.raises(ValidationError) as refused:
            make()
        assert "ss@host" not in str(refused.value)


def test_other_addresses_hold_no_user_info():
    with pytest.raises(ValidationError):
        GotifyConfig(type="gotify", server_url="https://u:p@host", token="t", priority=1)
    with pytest.raises(ValidationError):
        S3Config(
            backend="s3", endpoint="https://u:p@host", bucket="b", access_key_id="a",
            secret_access_key="s",
        )  # fmt: skip


def test_a_masked_webhook_keeps_what_is_stored():
    stored = Webhook(url="https://host/token", headers=["X-Key: v"], body="b")
    shown = stored.masked()
    assert shown.model_dump() == {
        "url": MASK, "headers": [f"X-Key: {MASK}"], "body": MASK,
    }  # fmt: skip
    sent = Webhook.model_validate(shown.model_dump())
    assert sent.unmasked(stored) == stored
    with pytest.raises(ValueError, match="entered"):
        sent.unmasked(None)


def test_a_masked_body_does_not_follow_another_address():
    stored = Webhook(url="https://host/token", body="secret")
    with pytest.raises(ValueError, match="again"):
        Webhook(url="https://evil/", body=MASK).unmasked(stored)
