"""Tests of registering, changing and deleting identity providers."""

import asyncio

import pytest

from tests.support.sso import CALLBACK, serve_sso
from zerobyte.features.auth.models import (
    Account,
    Member,
    Passkey,
    Session,
    SsoProvider,
    User,
)
from zerobyte.features.auth.service.registration_settings import RegistrationSettings

REGISTER = "/api/auth/sso/register"


@pytest.fixture
async def sso(serve, oidc):
    async with serve_sso(serve, oidc, register=False) as made:
        yield made


async def become(role: str) -> None:
    await Member.all().update(role=role)


async def linked(sso, sub: str = "eve") -> User:
    """Create a user who signed in through the provider."""
    await sso.invite(f"{sub}@example.com")
    sso.oidc.person(sub, email=f"{sub}@example.com", email_verified=True)
    async with sso.browser() as browser:
        assert await sso.code_of(browser, sub) == ""
    return await User.get(email=f"{sub}@example.com")


async def test_registered_provider_is_returned_without_its_secret(sso):
    body = sso.body()
    answer = await sso.client.post(REGISTER, json=body)
    assert answer.status_code == 200
    row = await SsoProvider.get()
    issuer = sso.oidc.issuer
    assert answer.json() == {
        "issuer": issuer,
        "oidcConfig": {
            "issuer": issuer,
            "clientId": body["oidcConfig"]["clientId"],
            "clientSecret": "***",
            "authorizationEndpoint": f"{issuer}/oauth2/authorize",
            "tokenEndpoint": f"{issuer}/oauth2/token",
            "userInfoEndpoint": f"{issuer}/userinfo",
            "jwksEndpoint": f"{issuer}/jwks",
            "discoveryEndpoint": f"{issuer}/.well-known/openid-configuration",
            "tokenEndpointAuthentication": "client_secret_basic",
            "scopes": ["openid", "email", "profile"],
            "pkce": True,
            "mapping": None,
            "skipDiscovery": False,
            "issParameter": False,
            "overrideUserInfo": False,
        },
        "samlConfig": None,
        "userId": sso.owner,
        "providerId": "idp",
        "organizationId": sso.organization,
        "domain": "example.com",
        "id": row.id,
        "redirectURI": CALLBACK + "idp",
    }


async def test_secret_is_encrypted_and_never_returned(sso):
    body = sso.body()
    secret = body["oidcConfig"]["clientSecret"]
    texts = [(await sso.client.post(REGISTER, json=body)).text]
    for path in (
        "/api/auth/sso/providers",
        "/api/auth/sso/get-provider?providerId=idp",
        "/api/v1/auth/sso-providers",
        "/api/v1/auth/sso-settings",
    ):
        answer = await sso.client.get(path)
        assert answer.status_code == 200
        texts.append(answer.text)
    row = await SsoProvider.get()
    assert row.client_secret.startswith("zb1:")
    texts.append(str(dict(row)))
    assert not any(secret in text for text in texts)
    assert not any("zb1:" in text for text in texts[:-1])


async def test_admins_see_a_provider_without_secrets(sso):
    await sso.register()
    shown = (await sso.client.get("/api/auth/sso/providers")).json()["providers"]
    client_id = (await SsoProvider.get()).client_id
    assert [one["providerId"] for one in shown] == ["idp"]
    assert shown[0]["oidcConfig"]["clientIdLastFour"] == f"****{client_id[-4:]}"
    assert client_id not in str(shown)
    await become("admin")
    assert (await sso.client.get("/api/auth/sso/providers")).json() == {"providers": shown}
    one = await sso.client.get("/api/auth/sso/get-provider?providerId=idp")
    assert one.json() == shown[0]
    await become("member")
    assert (await sso.client.get("/api/auth/sso/providers")).json() == {"providers": []}
    one = await sso.client.get("/api/auth/sso/get-provider?providerId=idp")
    assert one.status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"organizationId": None}, 400, "organizationId is required"),
        ({"providerId": "Credential"}, 400, "reserved"),
        ({"providerId": "a/b"}, 400, "[body.providerId]"),
        ({"providerId": ""}, 400, "[body.providerId]"),
        ({"domain": "not a domain"}, 400, "[body.domain]"),
        ({"issuer": ""}, 400, "[body.issuer]"),
        ({"issuer": "no-url"}, 400, "Invalid issuer. Must be a valid URL"),
        ({"issuer": "ftp://idp.example"}, 400, "Invalid issuer. Must be a valid URL"),
        ({"oidcConfig": None}, 400, "[body.oidcConfig]"),
        ({"oidcConfig": {"clientId": "x"}}, 400, "[body.oidcConfig.clientSecret]"),
        ({"samlConfig": {}}, 400, "SAML is not supported"),
        ({"organizationId": "nowhere"}, 403, "You are not a member of this organization"),
    ],
)
async def test_invalid_registration_is_rejected(sso, changes, status, message):
    answer = await sso.register(**changes)
    assert answer.status_code == status
    assert message in answer.json()["message"]
    assert answer.json()["code"]
    assert not await SsoProvider.exists()


async def test_reserved_provider_id_is_rejected(sso):
    answer = await sso.register("credential")
    assert (answer.status_code, answer.json()["code"]) == (400, "PROVIDER_ID_RESERVED")


async def test_only_owners_register_providers(sso):
    async with sso.browser() as anonymous:
        answer = await anonymous.post(REGISTER, json=sso.body())
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    for role in ("admin", "member"):
        await become(role)
        answer = await sso.register()
        assert answer.status_code == 403
        assert answer.json()["message"] == "Only organization owners can register SSO providers"


async def test_provider_id_is_unique_even_in_parallel(sso):
    answers = await asyncio.gather(*(sso.register() for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    taken = next(answer for answer in answers if answer.status_code == 422).json()
    assert taken["message"] == "SSO provider with this providerId already exists"


async def test_provider_id_with_leftover_links_cannot_be_reused(sso, oidc):
    await sso.register()
    await linked(sso)
    # The provider was deleted while a user was being linked through it.
    await SsoProvider.all().delete()
    answer = await sso.register(issuer=oidc.other_issuer)
    assert (answer.status_code, answer.json()["code"]) == (422, "PROVIDER_ALREADY_EXISTS")


async def test_providers_are_limited_to_ten_even_in_parallel(sso):
    for number in range(9):
        assert (await sso.register(f"p{number}")).status_code == 200
    answers = await asyncio.gather(*(sso.register(f"q{number}") for number in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403]
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 403}
    assert refused == {"PROVIDER_LIMIT_REACHED"}
    assert await SsoProvider.all().count() == 10


async def test_discovery_errors_have_codes(sso, oidc):
    config = oidc.client(CALLBACK + "idp")
    other = f"{oidc.issuer}/other/.well-known/openid-configuration"
    ours = f"issuer={oidc.issuer}"
    ends = f"authorization_endpoint={oidc.issuer}/a&token_endpoint={oidc.issuer}/t"
    for where, code in (
        (f"{oidc.issuer}/nowhere", "discovery_not_found"),
        (f"{oidc.issuer}/", "discovery_invalid_json"),
        (f"{other}?issuer=https://elsewhere.example", "issuer_mismatch"),
        (f"{other}?{ours}/", "issuer_mismatch"),
        (f"{other}?{ours}", "discovery_incomplete"),
        (f"{other}?{ours}&{ends}", "discovery_incomplete"),
        (f"{other}?{ours}&{ends}&jwks_uri=https://127.0.0.1/k", "discovery_private_host"),
        (
            f"{other}?{ours}&{ends}&jwks_uri={oidc.issuer}/j"
            "&token_endpoint_auth_methods_supported[]=private_key_jwt",
            "unsupported_token_auth_method",
        ),
        ("https://127.0.0.1/.well-known/openid-configuration", "discovery_private_host"),
        ("https://localhost/x", "discovery_private_host"),
        ("https://[::ffff:10.0.0.1]/x", "discovery_private_host"),
        ("http://192.0.2.1/x", "discovery_invalid_url"),
        ("file:///etc/passwd", "discovery_invalid_url"),
    ):
        answer = await sso.register(oidcConfig={**config, "discoveryEndpoint": where})
        assert (answer.status_code, answer.json()["code"]) == (400, code), where
    answer = await sso.register(
        oidcConfig={
            **config,
            "discoveryEndpoint": f"{other}?{ours}&{ends}&jwks_uri={oidc.issuer}/j",
        }
    )
    assert answer.status_code == 200


async def test_without_discovery_the_entered_endpoints_are_used(sso, oidc):
    config = oidc.client(CALLBACK + "idp", token_endpoint_auth_method="client_secret_post")
    config |= {
        "skipDiscovery": True,
        "authorizationEndpoint": f"{oidc.issuer}/oauth2/authorize",
        "tokenEndpoint": f"{oidc.issuer}/oauth2/token",
        "jwksEndpoint": f"{oidc.issuer}/jwks",
        "tokenEndpointAuthentication": "client_secret_post",
        "mapping": {"name": "nickname"},
        "scopes": ["email", "profile"],
    }
    requests = oidc.request_count("/.well-known/openid-configuration")
    # The issuer must be a valid URL even if no request is sent there.
    answer = await sso.register(issuer="no-url", oidcConfig=config)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ISSUER")
    answer = await sso.register(oidcConfig=config)
    assert answer.status_code == 200, answer.text
    assert oidc.request_count("/.well-known/openid-configuration") == requests
    assert answer.json()["oidcConfig"]["scopes"] == ["openid", "email", "profile"]
    # The ID token alone identifies the user.
    await sso.invite("eve@example.com")
    oidc.person("eve", email="eve@example.com", email_verified=True, nickname="Evi")
    userinfo = oidc.request_count("/userinfo")
    async with sso.browser() as browser:
        assert await sso.code_of(browser, "eve") == ""
    assert oidc.request_count("/userinfo") == userinfo
    assert (await User.get(email="eve@example.com")).name == "Evi"


async def test_update_with_mask_keeps_the_secret(sso, oidc):
    await sso.register()
    sealed = (await SsoProvider.get()).client_secret
    body = {
        "providerId": "idp",
        "domain": "example.com, Example.org",
        "oidcConfig": {"clientSecret": "***", "scopes": ["email"]},
    }
    answer = await sso.client.post("/api/auth/sso/update-provider", json=body)
    assert answer.status_code == 200
    row = await SsoProvider.get()
    assert row.client_secret == sealed
    assert row.domain == "example.com,example.org"
    assert answer.json()["oidcConfig"]["scopes"] == ["openid", "email"]
    body["oidcConfig"] = {"clientSecret": "another secret"}
    await sso.client.post("/api/auth/sso/update-provider", json=body)
    assert (await SsoProvider.get()).client_secret not in (sealed, "another secret")


async def test_new_token_endpoint_requires_the_secret_again(sso, oidc):
    await sso.register()
    for change in (
        {"issuer": oidc.other_issuer},
        {"issuer": oidc.other_issuer, "oidcConfig": {"clientSecret": "***"}},
        {"oidcConfig": {"tokenEndpoint": f"{oidc.issuer}/elsewhere"}},
    ):
        answer = await sso.client.post(
            "/api/auth/sso/update-provider", json={"providerId": "idp", **change}
        )
        assert answer.status_code == 400, change
        assert "must be entered again" in answer.json()["message"]
    assert (await SsoProvider.get()).issuer == oidc.issuer
    answer = await sso.client.post(
        "/api/auth/sso/update-provider",
        json={
            "providerId": "idp",
            "issuer": oidc.other_issuer,
            "oidcConfig": {"clientSecret": "typed again"},
        },
    )
    assert answer.status_code == 200
    assert answer.json()["oidcConfig"]["tokenEndpoint"] == f"{oidc.other_issuer}/oauth2/token"


async def test_identity_settings_cannot_change_while_users_are_linked(sso, oidc):
    await sso.register()
    await linked(sso)
    for change in (
        {"issuer": oidc.other_issuer, "oidcConfig": {"clientSecret": "x"}},
        {"oidcConfig": {"userInfoEndpoint": None, "skipDiscovery": True}},
        {"oidcConfig": {"mapping": {"id": "email"}}},
        {"oidcConfig": {"clientId": "another"}},
    ):
        answer = await sso.client.post(
            "/api/auth/sso/update-provider", json={"providerId": "idp", **change}
        )
        assert answer.status_code == 409, (change, answer.text)
    answer = await sso.client.post(
        "/api/auth/sso/update-provider", json={"providerId": "idp", "domain": "example.org"}
    )
    assert answer.status_code == 200


async def test_only_owners_update_and_foreign_providers_are_404(sso):
    await sso.register()
    await become("admin")
    body = {"providerId": "idp", "domain": "evil.example"}
    answer = await sso.client.post("/api/auth/sso/update-provider", json=body)
    assert answer.status_code == 403
    await Member.all().delete()
    for method, path, sent in (
        ("POST", "/api/auth/sso/update-provider", body),
        ("POST", "/api/auth/sso/delete-provider", {"providerId": "idp"}),
        ("GET", "/api/auth/sso/get-provider?providerId=idp", None),
        ("GET", "/api/auth/sso/get-provider?providerId=nothing", None),
    ):
        answer = await sso.client.request(method, path, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (404, "PROVIDER_NOT_FOUND")


async def test_deletion_ends_links_and_sessions_and_prevents_lock_out(sso):
    await sso.register()
    eve, bob = await linked(sso), await linked(sso, "bob")
    await Account.create(user_id=bob.id, provider_id="credential", account_id=bob.id)
    for answer in (
        await sso.client.delete("/api/v1/auth/sso-providers/idp"),
        await sso.client.post("/api/auth/sso/delete-provider", json={"providerId": "idp"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "USERS_WOULD_BE_LOCKED_OUT")
        assert "eve@example.com" in answer.json()["message"]
        assert "bob@example.com" not in answer.json()["message"]
    assert await Session.filter(user_id=eve.id).exists()
    answer = await sso.client.delete("/api/v1/auth/sso-providers/idp?force=true")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not await Account.exists(provider_id="idp")
    assert not await Session.filter(user_id__in=[eve.id, bob.id]).exists()
    assert await Session.filter(user_id=sso.owner).exists()
    assert not await SsoProvider.exists()


async def test_provider_is_deletable_if_linked_users_have_another_sign_in_or_left(sso):
    await sso.register()
    eve, bob, cal = [await linked(sso, name) for name in ("eve", "bob", "cal")]
    await Passkey.create(user_id=eve.id, credential_id="x", public_key="x", device_type="x")
    await Account.create(user_id=bob.id, provider_id="credential", account_id=bob.id)
    await Member.filter(user_id=cal.id).delete()
    # While password login is disabled, a password is no way to sign in.
    await RegistrationSettings().set_password_login_disabled(True)
    answer = await sso.client.delete("/api/v1/auth/sso-providers/idp")
    assert answer.status_code == 409
    assert "bob@example.com" in answer.json()["message"]
    await RegistrationSettings().set_password_login_disabled(False)
    answer = await sso.client.post("/api/auth/sso/delete-provider", json={"providerId": "idp"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
