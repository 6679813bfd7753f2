"""Passkeys in a real Chromium with its virtual authenticator."""

from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.virtual_authenticator import (
    Protocol,
    Transport,
    VirtualAuthenticatorOptions,
)

from tests.browser.conftest import PASSWORD
from tests.e2e.served import ServedPlatform
from tests.support.browser_scripts import CALL_API, DEFINE_CALL

ADA = {"username": "ada", "password": PASSWORD}

# The calls of a page, with browser APIs only.
REGISTER = (
    DEFINE_CALL
    + """
(async () => {
  const options = (await call("GET", "/api/auth/passkey/generate-register-options")).body;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await navigator.credentials.create({publicKey});
  return await call("POST", "/api/auth/passkey/verify-registration",
    {response: made.toJSON(), name: "Chromium"});
})().then(done, (error) => done({status: 0, body: {name: error.name, message: error.message}}));
"""
)
SIGN_IN = (
    DEFINE_CALL
    + """
(async () => {
  const options = (await call("GET", "/api/auth/passkey/generate-authenticate-options")).body;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const found = await navigator.credentials.get({publicKey});
  return await call("POST", "/api/auth/passkey/verify-authentication", {response: found.toJSON()});
})().then(done, (error) => done({status: 0, body: {name: error.name, message: error.message}}));
"""
)


@pytest.fixture
def page(browser: Chrome, platform: ServedPlatform):
    """Open any page of the API's origin."""
    browser.get(f"{platform.url}/api/auth/ok")

    def run(script: str, *arguments: Any) -> dict[str, Any]:
        return browser.execute_async_script(script, *arguments)

    return run


def authenticator(*, verified: bool = True) -> VirtualAuthenticatorOptions:
    return VirtualAuthenticatorOptions(
        protocol=Protocol.CTAP2,
        transport=Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_verified=verified,
    )


def test_a_passkey_is_made_in_chromium_and_signs_in_without_a_name(browser, page, picture):
    browser.add_virtual_authenticator(authenticator())
    answer = page(CALL_API, "POST", "/api/auth/sign-in/username", ADA)
    assert answer["status"] == 200, answer
    made = page(REGISTER)
    assert made["status"] == 200, made
    assert made["body"]["name"] == "Chromium"
    assert made["body"]["transports"] == "internal"
    assert page(CALL_API, "POST", "/api/auth/sign-out", {})["status"] == 200
    assert page(CALL_API, "GET", "/api/auth/get-session")["body"] is None
    found = page(SIGN_IN)
    assert found["status"] == 200, found
    assert found["body"]["user"]["email"] == "ada@example.com"
    current = page(CALL_API, "GET", "/api/auth/get-session")
    assert current["body"]["session"]["id"] == found["body"]["session"]["id"]
    listed = page(CALL_API, "GET", "/api/auth/passkey/list-user-passkeys")["body"]
    assert [one["counter"] > made["body"]["counter"] for one in listed] == [True]
    # An authenticator is not registered twice: the options name the first credential.
    again = page(REGISTER)
    assert (again["status"], again["body"]["name"]) == (0, "InvalidStateError")
    picture("passkeys")
    # Without user verification the sign-in is refused.
    browser.set_user_verified(False)
    page(CALL_API, "POST", "/api/auth/sign-out", {})
    refused = page(SIGN_IN)
    assert (refused["status"], refused["body"]["name"]) == (0, "NotAllowedError")
    assert page(CALL_API, "GET", "/api/auth/get-session")["body"] is None
