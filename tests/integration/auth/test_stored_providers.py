"""A stored identity provider in an old or damaged form is listed, shown, changed and deleted."""

import json

import pytest
from tortoise import connections

from tests.integration.auth.sso_stage import staged

GARBAGE = [{}, [], 7, "text", {"scopes": 3, "tokenEndpoint": [], "mapping": "x", "pkce": "odd"}]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_a_damaged_provider_breaks_no_list_and_is_mended_by_an_edit(serve, oidc, garbage):
    async with staged(serve, oidc) as stage:
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
            answer = await stage.client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert "idp" in answer.text
        update = "/api/auth/sso/update-provider"
        begun = await stage.client.post(
            "/api/auth/sign-in/sso", json={"providerId": "idp", "callbackURL": "/"}
        )
        assert begun.status_code < 500, begun.text
        answer = await stage.client.post(update, json={"providerId": "idp", "domain": "b.example"})
        assert answer.status_code == 200, answer.text
        secret = stage.body()["oidcConfig"]["clientSecret"]
        answer = await stage.client.post(
            update, json={"providerId": "idp", "oidcConfig": {"clientSecret": secret}}
        )
        assert answer.status_code == 200, answer.text
        shown = (await stage.client.get("/api/auth/sso/providers")).json()["providers"][0]
        assert shown["oidcConfig"]["tokenEndpoint"] == f"{oidc.issuer}/oauth2/token"
        deleted = await stage.client.delete("/api/v1/auth/sso-providers/idp")
        assert deleted.status_code < 300, deleted.text
