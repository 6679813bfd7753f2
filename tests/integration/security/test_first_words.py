"""What both families say before an operation is reached: unknown paths, bodies, and their order."""

import re

import httpx
import pytest

import zerobyte
from tests.support.signed_in_users import PASSWORD

GONE = {"message": "Invalid or expired session"}
JSON = {"content-type": "application/json"}
MEMBERS_ONLY = (
    "backups", "events", "notifications", "repositories", "system", "tasks", "volumes",
)  # fmt: skip


@pytest.fixture
async def root(harness):
    home = await harness.user_factory.organization("home")
    return (await harness.user_factory.person("root", {home: "owner"}, role="admin")).http


async def test_unknown_paths_are_404_as_json_and_members_alone_learn_of_most(harness, root):
    for family in MEMBERS_ONLY:
        for method, path in (("GET", "no/such/path/here"), ("PUT", "x/y/z"), ("POST", "no/such")):
            url = f"/api/v1/{family}/{path}"
            answer = await harness.client.request(method, url)
            assert (answer.status_code, answer.json()) == (401, GONE), (method, url)
            answer = await root.request(method, url)
            assert (answer.status_code, answer.json()) == (404, {"message": "Not found"})
    for url in ("/api/v1/nope", "/api/v1/auth/nope", "/api/v1/systems", "/api/nope"):
        answer = await harness.client.get(url)
        assert (answer.status_code, answer.json()) == (404, {"message": "Not found"})
    answer = await harness.client.get("/api/v1/volumes/no/such", headers={"x-api-key": "zb_x"})
    assert (answer.status_code, answer.json()) == (401, GONE)


async def test_accounts_know_get_and_post_alone_and_say_so_as_json(harness):
    http = harness.client
    for method, path, status, code in (
        ("GET", "nope", 404, "NOT_FOUND"),
        ("POST", "nope", 404, "NOT_FOUND"),
        ("GET", "sign-out", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "ok", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "sign-out", 405, "METHOD_NOT_ALLOWED"),
        ("PATCH", "update-user", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "get-session", 405, "METHOD_NOT_ALLOWED"),
    ):
        answer = await http.request(method, f"/api/auth/{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), (method, path)
        assert answer.json()["message"]


async def test_a_wrong_body_is_400_with_every_problem_and_no_value(root):
    for method, path, body, code, where in (
        ("POST", "auth/api-keys", {"name": "x"}, "invalid_type", "password"),
        ("POST", "auth/api-keys", {"name": "", "password": "x"}, "too_small", "name"),
        ("POST", "auth/api-keys", {"name": "n" * 33, "password": "hunter2"}, "too_big", "name"),
        ("PATCH", "auth/org-members/none/role", {"role": "owner"}, "invalid_value", "role"),
        ("POST", "system/restic-password", {"password": 7}, "invalid_type", "password"),
        ("PUT", "system/registration-status", {"enabled": "yes"}, "invalid_type", "enabled"),
    ):
        answer = await root.request(method, f"/api/v1/{path}", json=body)
        assert answer.status_code == 400, answer.text
        refusal = answer.json()
        assert refusal.keys() == {"message", "success", "error"}
        assert refusal["success"] is False
        assert [(issue["code"], issue["path"]) for issue in refusal["error"]] == [(code, [where])]
        # In whole words, also about a password.
        assert refusal["message"] == f"{where}: {refusal['error'][0]['message']}"
        assert "hunter2" not in answer.text


async def test_on_v1_the_session_comes_first_then_the_permission_the_body_and_the_lookup(
    harness, root
):
    home = await harness.user_factory.organization("other")
    plain = (await harness.user_factory.person("ada", {home: "member"})).http
    url = "/api/v1/auth/org-members/none/role"
    wrong = {"role": "wizard"}
    assert (await harness.client.patch(url, json=wrong)).status_code == 401
    assert (await plain.patch(url, json=wrong)).status_code == 403
    assert (await root.patch(url, json=wrong)).status_code == 400
    assert (await root.patch(url, json={"role": "admin"})).status_code == 404


async def test_on_v1_a_body_that_cannot_be_read_is_400_and_another_type_415(root):
    url = "/api/v1/auth/api-keys"
    answer = await root.post(url, content=b'{"name', headers=JSON)
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "Malformed JSON in request body"},
    )
    answer = await root.post(url)
    assert answer.status_code == 400
    assert {tuple(issue["path"]) for issue in answer.json()["error"]} == {("name",), ("password",)}
    answer = await root.post(url, content=b"{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


async def post(http: httpx.AsyncClient, path: str, body: bytes, media: str | None):
    headers = {} if media is None else {"content-type": media}
    return await http.post(f"/api/auth/{path}", content=body, headers=headers)


async def test_account_endpoints_read_json_and_two_read_forms(harness):
    http, form = harness.client, "application/x-www-form-urlencoded"
    for path in ("sign-up/email", "sign-in/email", "sign-in/username"):
        takes_forms = path.endswith("email")
        allowed = "application/json" + (f", {form}" if takes_forms else "")
        for media, content in (
            ("text/plain", 'Content-Type "text/plain" is not allowed'),
            (None, "Content-Type is required"),
        ):
            answer = await post(http, path, b"{}", media)
            assert answer.status_code == 415
            assert answer.json() == {
                "message": f"{content}. Allowed types: {allowed}",
                "code": "UNSUPPORTED_MEDIA_TYPE",
            }
        answer = await post(http, path, b"{", "application/json; charset=utf-8")
        assert (answer.status_code, answer.json()) == (
            400,
            {"message": "Invalid JSON in request body", "code": "BAD_REQUEST"},
        )
        answer = await post(http, path, b"rememberMe=maybe", form)
        assert answer.status_code == (400 if takes_forms else 415)


async def test_a_form_signs_in(harness, root):
    body = {"email": "root@example.com", "password": PASSWORD}
    answer = await harness.client.post("/api/auth/sign-in/email", data=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["username"] == "root"


async def test_validation_errors_of_accounts_name_every_field(harness, root):
    answer = await harness.client.post("/api/auth/sign-in/email", json={"email": 1, "password": 2})
    assert answer.status_code == 400
    message, code = answer.json().values()
    assert code == "VALIDATION_ERROR"
    assert [part.split()[0] for part in message.split("; ")] == ["[body.email]", "[body.password]"]
    answer = await root.get("/api/auth/admin/list-users?limit=many")
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["message"].startswith("[query.limit] ")


async def test_keys_have_no_business_at_accounts_whatever_else_is_asked(harness):
    http, key = harness.client, {"x-api-key": "zb_x"}
    for path in ("api-key/list", "api-key/create", "api-key/verify"):
        for method in ("GET", "POST"):
            answer = await http.request(method, f"/api/auth/{path}", headers=key)
            assert answer.status_code == 404
            message = answer.json()["message"]
            assert message == "API key management is only supported through API v1 routes"
    for path in ("sign-up/email", "sign-out", "update-user", "organization/set-active"):
        answer = await http.post(f"/api/auth/{path}", json={}, headers=key)
        assert answer.status_code == 401
        message = answer.json()["message"]
        assert message == "API key authentication is only supported for API v1 routes"


async def test_whatever_the_host_says_people_are_sent_to_ours(harness):
    headers = {"host": "evil.example"}
    answer = await harness.client.get("/api/auth/ok", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    answer = await harness.client.get("/api/v1/auth/login-error?error=x", headers=headers)
    assert answer.status_code == 302
    ours = harness.client.headers["Origin"]
    assert answer.headers["location"] == f"{ours}/login?error=SSO_LOGIN_FAILED"


async def test_what_accounts_make_has_ids_of_thirty_two_letters_and_digits(root):
    key = {"name": "key", "password": PASSWORD}
    invitation = {"email": "eve@example.com", "role": "member"}
    for path, body in (
        ("v1/auth/api-keys", key),
        ("auth/organization/invite-member", invitation),
    ):
        answer = await root.post(f"/api/{path}", json=body)
        assert answer.status_code == 200, answer.text
        assert re.fullmatch(r"[A-Za-z0-9]{32}", answer.json()["id"]), path
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z", answer.json()["createdAt"]), path


async def test_the_description_and_health_are_served_as_documented(harness):
    http = harness.client
    answer = await http.get("/api/healthcheck")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    document = (await http.get("/api/v1/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document["info"]["title"] == "Zerobyte API"
    assert document["info"]["version"] == zerobyte.__version__
    assert not any(path.startswith("/api/auth") for path in document["paths"])
    page = await http.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
