"""Tests of the start of an SSO sign-in: finding the provider, allowed redirect URLs."""

import pytest

SIGN_IN = "/api/auth/sign-in/sso"


async def test_a_provider_is_found_by_id_e_mail_domain_or_organization(sso):
    slug = (await sso.client.get("/api/v1/auth/sso-providers")).json()["providers"][0][
        "organizationSlug"
    ]
    for selector in (
        {"providerId": "idp"},
        {"email": "Eve@Example.com"},
        {"email": "eve@mail.example.com"},
        {"domain": "example.com"},
        {"organizationSlug": slug},
    ):
        answer = await sso.client.post(SIGN_IN, json={"callbackURL": "/login", **selector})
        assert answer.status_code == 200, selector
        assert "/oauth2/authorize?" in answer.json()["url"]
    assert "login_hint" not in answer.json()["url"]
    for selector in (
        {"providerId": "nothing"},
        {"providerId": "x" * 500},
        {"email": "eve@notexample.com"},
        {"email": "nonsense"},
        {"domain": "other.example"},
        {"organizationSlug": "nothing"},
    ):
        answer = await sso.client.post(SIGN_IN, json={"callbackURL": "/login", **selector})
        assert answer.status_code == 404, selector
        assert answer.json() == {
            "message": "No provider found for the issuer",
            "code": "NO_PROVIDER_FOUND",
        }
    answer = await sso.client.post(SIGN_IN, json={"callbackURL": "/login"})
    assert answer.status_code == 400
    answer = await sso.client.post(SIGN_IN, json={"providerId": "idp"})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_first_provider_of_a_domain_is_found(sso, oidc):
    await sso.register("later", issuer=oidc.other_issuer)
    answer = await sso.client.post(
        SIGN_IN, json={"callbackURL": "/login", "email": "eve@example.com"}
    )
    assert answer.json()["url"].startswith(oidc.issuer)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["callbackURL", "errorCallbackURL", "newUserCallbackURL"])
async def test_untrusted_redirects_are_rejected(sso, name):
    code = {
        "callbackURL": "INVALID_CALLBACK_URL",
        "errorCallbackURL": "INVALID_ERROR_CALLBACK_URL",
        "newUserCallbackURL": "INVALID_NEW_USER_CALLBACK_URL",
    }[name]
    body = {"providerId": "idp", "callbackURL": "/login"}
    for url in (
        "https://evil.example/x",
        "http://localhost:4096/login",
        "//evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "/%2F/evil.example",
        "javascript:alert(1)",
        "login",
        "",
        "/x\r\nSet-Cookie: a=b",
    ):
        answer = await sso.client.post(SIGN_IN, json={**body, name: url})
        assert (answer.status_code, answer.json()["code"]) == (403, code), url
        assert answer.json()["message"] == f"Invalid {name}"
    for url in (
        "/api/auth/sso/callback/idp",
        "/x/../api/auth/sso/callback/idp?code=1",
        "/api/auth/sso/saml2/x",
        "/api/auth/%73so/callback/idp",
    ):
        answer = await sso.client.post(SIGN_IN, json={**body, name: url})
        assert answer.status_code == 400, url
        assert answer.json()["code"] == f"INVALID_{name.upper()}"


async def test_requested_scopes_include_openid(sso):
    body = {"providerId": "idp", "callbackURL": "/login", "scopes": ["email", "groups"]}
    answer = await sso.client.post(SIGN_IN, json=body)
    assert "&scope=openid+email+groups&" in answer.json()["url"]
    answer = await sso.client.post(SIGN_IN, json={**body, "scopes": ["two words"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("account not linked", "ACCOUNT_LINK_REQUIRED"),
        ("account_not_linked", "ACCOUNT_LINK_REQUIRED"),
        ("unable to link account", "ACCOUNT_LINK_REQUIRED"),
        ("EMAIL_NOT_VERIFIED", "ACCOUNT_LINK_REQUIRED"),
        ("ACCOUNT_LINK_REQUIRED", "ACCOUNT_LINK_REQUIRED"),
        ("banned", "BANNED_USER"),
        ("BANNED_USER", "BANNED_USER"),
        ("You have been banned", "BANNED_USER"),
        ("INVITE_REQUIRED", "INVITE_REQUIRED"),
        ("invite required", "INVITE_REQUIRED"),
        ("No pending invitation", "INVITE_REQUIRED"),
        ("unable to create session", "INVITE_REQUIRED"),
        ("PASSKEY_LOGIN_FAILED", "PASSKEY_LOGIN_FAILED"),
        ("ERROR_INVALID_RP_ID", "ERROR_INVALID_RP_ID"),
        ("SSO_LOGIN_FAILED", "SSO_LOGIN_FAILED"),
        ("invalid_provider", "SSO_LOGIN_FAILED"),
        ("access_denied", "SSO_LOGIN_FAILED"),
        ("<script>", "SSO_LOGIN_FAILED"),
        (None, "SSO_LOGIN_FAILED"),
    ],
)
async def test_every_error_has_a_code_that_the_login_page_knows(client, error, code):
    answer = await client.get(
        "/api/v1/auth/login-error", params={} if error is None else {"error": error}
    )
    assert answer.status_code == 302
    assert answer.headers["location"] == f"http://localhost:4096/login?error={code}"
