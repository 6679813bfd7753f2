"""Headers of every answer, who may call from a browser, health, and the description."""

import asyncio

import pytest

from tests.support.http_server import serving, settings_for
from zerobyte.http import health, rate_limit
from zerobyte.http.app import make_app

ORIGIN = "http://localhost:4096"
FRIEND = "https://friend.example"
THING = {"shortName": "a", "portNumber": 5}


async def test_security_headers_stand_on_answers_and_on_errors(client):
    for path in ("/api/healthcheck", "/api/v1/things/x", "/api/v1/nothing", "/api/auth/nothing"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["origin-agent-cluster"] == "?1"
        assert headers["x-xss-protection"] == "0"
        assert headers["x-dns-prefetch-control"] == "off"
        assert headers["x-download-options"] == "noopen"
        assert headers["x-permitted-cross-domain-policies"] == "none"
        assert headers["vary"].lower() == "origin"
        assert "strict-transport-security" not in headers


async def test_hsts_is_sent_on_https_alone(serve):
    async with serve(BASE_URL="https://backup.example") as client:
        headers = (await client.get("/api/healthcheck")).headers
        assert headers["strict-transport-security"] == "max-age=15552000; includeSubDomains"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (ORIGIN, True),
        (FRIEND, True),
        ("https://evil.example", False),
        (FRIEND + ".evil.example", False),
        ("https://friendXexample", False),
        ("null", False),
    ],
)
async def test_cors_is_for_trusted_origins_exactly(serve, origin, allowed):
    async with serve(TRUSTED_ORIGINS=FRIEND) as client:
        headers = (await client.get("/api/healthcheck", headers={"origin": origin})).headers
        assert headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in headers
        # A path is offered by the methods that it has.
        for path, has in (
            ("", {"GET", "HEAD", "POST"}),
            ("/x", {"GET", "HEAD", "PATCH", "DELETE"}),
        ):
            answer = await client.options(
                f"/api/v1/things{path}",
                headers={"origin": origin, "access-control-request-method": "POST"},
            )
            assert answer.status_code == 204
            expected = origin if allowed else None
            assert answer.headers.get("access-control-allow-origin") == expected
            assert "access-control-allow-credentials" not in answer.headers
            offered = answer.headers.get("access-control-allow-methods", "").split(",")
            assert {method for method in offered if method not in ("", "OPTIONS")} == (
                has if allowed else set()
            )


async def test_trusted_origins_come_in_any_dress_and_one_that_is_none_spoils_nothing(serve):
    origins = f"\"{FRIEND}/\" , '{FRIEND}',nonsense,, https://Other.example:443/x"
    async with serve(TRUSTED_ORIGINS=origins) as client:
        for origin in (ORIGIN, FRIEND, "https://other.example"):
            headers = {"origin": origin, "cookie": "a=b"}
            answer = await client.post("/api/v1/things", json=THING, headers=headers)
            assert answer.status_code == 201
            assert answer.headers["access-control-allow-origin"] == origin
        headers = {"origin": "https://nonsense", "cookie": "a=b"}
        answer = await client.post("/api/v1/things", json=THING, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_ORIGIN")


@pytest.mark.parametrize(
    ("base_url", "advice"),
    [
        ("", "set BASE_URL to https://backup.example"),
        ("https://other.example", "add https://backup.example to TRUSTED_ORIGINS"),
    ],
)
async def test_an_invalid_origin_names_the_setting_to_change(serve, base_url, advice):
    async with serve(**({"BASE_URL": base_url} if base_url else {})) as client:
        headers = {"origin": "https://Backup.example:443", "cookie": "a=b"}
        answer = await client.post("/api/v1/things", json=THING, headers=headers)
    assert answer.status_code == 403
    assert advice in answer.json()["message"]


async def test_a_friend_s_browser_may_read_every_answer_also_a_refusal(serve, monkeypatch):
    monkeypatch.setattr(rate_limit, "REQUESTS", 6)
    preflight = {"origin": FRIEND, "content-type": "application/json"}
    for origin in (FRIEND, "https://evil.example"):
        async with serve(TRUSTED_ORIGINS=FRIEND, DISABLE_RATE_LIMITING="false") as client:
            preflight["origin"] = origin
            answers = [
                await client.post("/api/v1/things", content=b"{", headers=preflight),
                await client.get("/api/v1/things/x", headers={**preflight, "x-test-role": ""}),
                await client.get("/api/v1/things/none", headers=preflight),
                await client.put("/api/v1/things", headers=preflight),
                await client.post("/api/v1/things", content=chunks(11), headers=preflight),
                await client.get("/api/v1/things/broken", headers=preflight),
                await client.get("/api/v1/things/x", headers=preflight),
            ]
        assert [a.status_code for a in answers] == [400, 401, 404, 405, 413, 500, 429]
        for answer in answers:
            headers = answer.headers
            allowed = FRIEND if origin == FRIEND else None
            assert headers.get("access-control-allow-origin") == allowed
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["vary"] == "Origin"
            assert headers["cache-control"] == "no-store"
            exposed = headers.get("access-control-expose-headers", "")
            assert ("retry-after" in exposed) is (origin == FRIEND)


async def chunks(mebibytes):
    for _ in range(mebibytes):
        yield b" " * 1024 * 1024


async def test_preflight_allows_api_keys_only_from_trusted_origins(serve):
    async with serve(TRUSTED_ORIGINS=FRIEND) as client:
        for origin in (FRIEND, "https://evil.example"):
            preflight = {
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type,x-api-key",
            }
            headers = (await client.options("/api/v1/things", headers=preflight)).headers
            allowed = "*" if origin == FRIEND else None
            assert headers.get("access-control-allow-headers") == allowed


async def test_no_origin_no_cors(client):
    assert "access-control-allow-origin" not in (await client.get("/api/healthcheck")).headers


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/api/v1/things", {"origin": ORIGIN}, None),
        ("/api/v1/things", {}, "MISSING_OR_NULL_ORIGIN"),
        ("/api/v1/things", {"x-api-key": "zb_x"}, None),
        ("/api/v1/things", {"x-api-key": ""}, "MISSING_OR_NULL_ORIGIN"),
        ("/api/auth/x", {"x-api-key": "zb_x"}, "MISSING_OR_NULL_ORIGIN"),
        ("/api/v1/things", {"referer": ORIGIN + "/x"}, None),
        ("/api/v1/things", {"origin": "http://localhost:4097"}, "INVALID_ORIGIN"),
        ("/api/v1/things", {"referer": "https://evil.example/x"}, "INVALID_ORIGIN"),
        ("/api/v1/things", {"origin": "null"}, "MISSING_OR_NULL_ORIGIN"),
        ("/api/v1/things", {"sec-fetch-site": "cross-site"}, "MISSING_OR_NULL_ORIGIN"),
        ("/api/auth/x", {}, "MISSING_OR_NULL_ORIGIN"),
        ("/api/auth/x", {"origin": "https://evil.example"}, "INVALID_ORIGIN"),
    ],
)
async def test_an_unsafe_request_with_a_cookie_must_come_from_us(client, path, headers, code):
    answer = await client.post(path, json=THING, headers={"cookie": "a=b", **headers})
    if code is None:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    answer = await client.get("/api/v1/things/x", headers={"cookie": "a=b", **headers})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"origin": "https://evil.example"}, "INVALID_ORIGIN"),
        ({"referer": "https://evil.example/"}, "INVALID_ORIGIN"),
        ({"sec-fetch-mode": "cors"}, "MISSING_OR_NULL_ORIGIN"),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, "MISSING_OR_NULL_ORIGIN"),
        ({"sec-fetch-site": "same-origin"}, "MISSING_OR_NULL_ORIGIN"),
        (
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
            "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
        ),
        ({}, "NOT_FOUND"),
    ],
)
async def test_a_login_without_a_cookie_must_not_come_from_elsewhere(client, headers, code):
    for path in ("sign-in/username", "sign-in/email", "sign-up/email"):
        answer = await client.post(f"/api/auth/{path}", json={}, headers=headers)
        assert answer.json()["code"] == code


async def test_health_checks_nothing_and_readiness_says_why_not(tmp_path):
    async def fine():
        return None

    async def bad():
        return "The database is away, password=hunter2"

    async def broken():
        raise RuntimeError("hunter2")

    checks = {"fine": fine}
    app = make_app(settings_for(tmp_path), {}, checks=checks)
    async with serving(app) as client:
        assert (await client.get("/api/readiness")).json() == {"status": "ok"}
        checks.update(bad=bad, broken=broken)
        assert (await client.get("/api/healthcheck")).json() == {"status": "ok"}
        answer = await client.get("/api/readiness")
        assert answer.status_code == 503
        assert answer.json()["reasons"] == {
            "bad": "The database is away, password=***",
            "broken": "The check broke with RuntimeError",
        }
        assert "The database is away" in answer.json()["message"]


async def test_readiness_waits_for_no_check_without_end_and_asks_none_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(health, "ANSWER_WITHIN_S", 0.3)
    paths, answer_now = [], asyncio.Event()

    async def silent():
        paths.append(1)
        await answer_now.wait()

    async def bad():
        return "The disk is gone"

    app = make_app(settings_for(tmp_path), {}, checks={"silent": silent, "bad": bad})
    async with serving(app) as client:
        for _ in range(2):
            answer = await client.get("/api/readiness")
            assert answer.status_code == 503
            assert "came to no end" in answer.json()["reasons"]["silent"]
            assert answer.json()["reasons"]["bad"] == "The disk is gone"
        assert len(paths) == 1
        answer_now.set()
        await asyncio.sleep(0)
        assert set((await client.get("/api/readiness")).json()["reasons"]) == {"bad"}


async def test_readiness_tells_the_operator_what_does_not_keep_anybody_from_working(tmp_path):
    async def tight():
        return "Hardly any room, password=hunter2"

    async def bad():
        return "The database is away"

    checks = {}
    app = make_app(settings_for(tmp_path), {}, checks=checks, remarks={"disk": tight})
    async with serving(app) as client:
        answer = await client.get("/api/readiness")
        assert answer.status_code == 200
        message = "Hardly any room, password=***"
        assert answer.json() == {
            "status": "degraded",
            "message": message,
            "remarks": {"disk": message},
        }
        checks.update(bad=bad)
        answer = await client.get("/api/readiness")
        assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
        assert answer.json()["message"] == "Not ready: The database is away"
        assert answer.json()["remarks"] == {"disk": message}


async def test_everybody_may_read_the_description_and_its_script_comes_from_us(client):
    for path in ("/api/v1/openapi.json", "/api/v1/docs"):
        assert (await client.get(path, headers={"x-test-role": ""})).status_code == 200
    page = await client.get("/api/v1/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'src="/api/v1/docs/scalar.js"' in page.text
    assert "//" not in page.text.replace("<!doctype", "")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    script = await client.get("/api/v1/docs/scalar.js", headers={"x-test-role": ""})
    assert script.status_code == 200
    assert len(script.content) > 1_000_000
    assert script.headers["content-encoding"] == "gzip"


async def test_the_description_tells_what_the_operations_say(client):
    body = (await client.get("/api/v1/openapi.json")).json()
    create = body["paths"]["/api/v1/things"]["post"]
    assert create["summary"] == "Put a thing on the shelf."
    assert create["description"] == "It stays there."
    assert create["security"] == [{"apiKey": []}, {"session": []}]
    schema = create["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Thing"}
    assert {"201", "400", "401", "403", "409", "413", "415", "429", "500"} == set(
        create["responses"]
    )
    get = body["paths"]["/api/v1/things/{shortId}"]["get"]
    assert get["parameters"] == [
        {"name": "shortId", "in": "path", "required": True, "schema": {"type": "string"}}
    ]
    listing = body["paths"]["/api/v1/things"]["get"]
    assert {p["name"]: p["required"] for p in listing["parameters"]} == {
        "limit": False,
        "kind": False,
    }
    delete = body["paths"]["/api/v1/things/{shortId}"]["delete"]
    assert delete["security"] == [{"session": []}]
    assert body["paths"]["/api/v1/things/public"]["post"]["security"] == []
    thing = body["components"]["schemas"]["Thing"]
    assert set(thing["properties"]) == {"shortName", "portNumber", "note"}
    stream = body["paths"]["/api/v1/things/ticks"]["get"]["responses"]["200"]
    assert list(stream["content"]) == ["text/event-stream"]
