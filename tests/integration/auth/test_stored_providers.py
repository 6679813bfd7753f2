"""Tests that providers stored in an old or damaged form can be listed, changed and deleted."""

import json

import pytest
from tortoise import connections

from tests.support.sso import serve_sso
from zerobyte.features.auth.models import SsoProvider

GARBAGE = [{}, [], 7, "text", {"scopes": 3, "tokenEndpoint": [], "mapping": "x", "pkce": "odd"}]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_damaged_provider_is_listed_and_repaired_by_an_edit(serve, oidc, garbage):
    async with serve_sso(serve, oidc) as sso:
        text = json.dumps(garbage)
        await connections.get("default").execute_script(
            f"UPDATE sso_providers SET config = '{text}'"
        )
        for path in (
            "/api/auth/sso/providers",
            "/api/auth/sso/get-provider?providerId=idp",
            "/api/v1/auth/sso-providers",
            "/api/v1/auth/sso-settings",
        ):
            answer = await sso.client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert "idp" in answer.text
        update = "/api/auth/sso/update-provider"
        begun = await sso.client.post(
            "/api/auth/sign-in/sso", json={"providerId": "idp", "callbackURL": "/"}
        )
        assert begun.status_code < 500, begun.text
        answer = await sso.client.post(update, json={"providerId": "idp", "domain": "b.example"})
        assert answer.status_code == 200, answer.text
        secret = sso.body()["oidcConfig"]["clientSecret"]
        answer = await sso.client.post(
            update, json={"providerId": "idp", "oidcConfig": {"clientSecret": secret}}
        )
        assert answer.status_code == 200, answer.text
        shown = (await sso.client.get("/api/auth/sso/providers")).json()["providers"][0]
        assert shown["oidcConfig"]["tokenEndpoint"] == f"{oidc.issuer}/oauth2/token"
        deleted = await sso.client.delete("/api/v1/auth/sso-providers/idp")
        assert deleted.status_code < 300, deleted.text


async def test_fields_of_a_provider_are_checked_at_save_and_before_use(serve, oidc):
    async with serve_sso(serve, oidc, register=False) as sso:
        body = sso.body()
        body["oidcConfig"]["clientId"] = "a\nb"
        refused = await sso.client.post("/api/auth/sso/register", json=body)
        assert refused.status_code == 400
        assert "clientId" in refused.text
        assert await SsoProvider.all().count() == 0
        await sso.register()
        update = {"providerId": "idp", "oidcConfig": {"mapping": {"email": "a\rb"}}}
        refused = await sso.client.post("/api/auth/sso/update-provider", json=update)
        assert refused.status_code == 400
        assert "email" in refused.text
        row = await SsoProvider.get()
        row.config = {**row.config, "authorizationEndpoint": "javascript:alert(1)"}
        await row.save()
        begun = await sso.client.post(
            "/api/auth/sign-in/sso", json={"providerId": "idp", "callbackURL": "/"}
        )
        assert begun.status_code == 400
        assert "authorizationEndpoint" in begun.text
