"""What an operation does with a request, on a real socket."""

import httpx

THING = {"shortName": "a", "portNumber": 5}


async def test_a_body_goes_in_typed_and_comes_back_by_alias_with_explicit_nulls(client):
    answer = await client.post("/api/v1/things", json=THING)
    assert answer.status_code == 201
    assert answer.json() == {"shortName": "a", "portNumber": 5, "note": None}
    assert answer.headers["content-type"] == "application/json"


async def test_path_actor_answer_and_headers(client):
    answer = await client.get("/api/v1/things/k3")
    assert answer.json()["shortName"] == "k3 of Ada"
    assert answer.headers["x-thing"] == "yes"


async def test_nothing_is_null_where_the_operation_may_answer_null(client):
    answer = await client.get("/api/v1/things/null")
    assert (answer.status_code, answer.text) == (200, "null")


async def test_an_answer_without_json_has_no_body(client):
    answer = await client.patch("/api/v1/things/x", json=THING)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_query_is_lax_and_takes_lists(client):
    answer = await client.get("/api/v1/things?limit=5&kind=a&kind=b&unknown=1")
    assert answer.json() == {"limit": 5, "kind": ["a", "b"]}


async def test_a_wrong_query_is_400(client):
    answer = await client.get("/api/v1/things?limit=five")
    assert answer.status_code == 400
    assert answer.json()["error"][0]["path"] == ["limit"]
    assert "five" not in answer.text


async def test_a_wrong_body_names_every_problem_and_echoes_nothing(client):
    answer = await client.post(
        "/api/v1/things", json={"shortName": "", "portNumber": "hunter2", "note": 7}
    )
    assert answer.status_code == 400
    body = answer.json()
    assert body["success"] is False
    assert [(e["path"], e["code"]) for e in body["error"]] == [
        (["shortName"], "too_small"),
        (["portNumber"], "invalid_type"),
        (["note"], "invalid_type"),
    ]
    assert body["message"].startswith("shortName: ")
    assert "hunter2" not in answer.text
    assert "data" not in body


async def test_strings_are_not_taken_for_other_types(client):
    answer = await client.post("/api/v1/things", json={"shortName": 5, "portNumber": 5.5})
    assert [e["path"] for e in answer.json()["error"]] == [["shortName"], ["portNumber"]]


async def test_an_absent_body_names_the_missing_fields(client):
    answer = await client.post("/api/v1/things")
    assert answer.status_code == 400
    assert [e["path"] for e in answer.json()["error"]] == [["shortName"], ["portNumber"]]


async def test_malformed_json_is_400(client):
    headers = {"content-type": "application/json"}
    for content in (b"{", b"", b"\xff", b"[1", b"nul"):
        answer = await client.post("/api/v1/things", content=content, headers=headers)
        assert answer.status_code == 400, content
        assert answer.json() == {"message": "Malformed JSON in request body"}


async def test_json_that_is_no_object_is_400(client):
    for content in (b"[]", b'"x"', b"null", b"1"):
        answer = await client.post(
            "/api/v1/things", content=content, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400
        assert answer.json()["error"][0]["path"] == []


async def test_other_content_types_are_415(client):
    for media in ("text/plain", "application/x-www-form-urlencoded", ""):
        headers = {"content-type": media} if media else {}
        answer = await client.post("/api/v1/things", content=b"{}", headers=headers)
        assert answer.status_code == 415, media
        assert "application/json" in answer.json()["message"]
    answer = await client.post(
        "/api/v1/things",
        content=b'{"shortName":"a","portNumber":5}',
        headers={"content-type": "application/vnd.x+json; charset=utf-8"},
    )
    assert answer.status_code == 201


async def test_a_form_is_read_where_the_operation_takes_one(client):
    answer = await client.post("/api/v1/things/public", data={"shortName": "f", "portNumber": "9"})
    assert answer.json() == {"shortName": "f", "portNumber": 9, "note": None}


async def test_authentication_comes_before_the_body_and_permission_before_it_too(client):
    answer = await client.post(
        "/api/v1/things", content=b"{", headers={"x-test-role": "", "content-type": "text/x"}
    )
    assert answer.status_code == 401
    assert answer.json() == {"message": "Invalid or expired session"}
    assert (await client.delete("/api/v1/things/x")).status_code == 403
    answer = await client.delete(
        "/api/v1/things/x", headers={"x-test-role": "owner", "x-api-key": "k"}
    )
    assert answer.status_code == 401
    assert answer.json() == {"message": "Browser session required"}
    answer = await client.delete("/api/v1/things/x", headers={"x-test-role": "owner"})
    assert answer.status_code == 200


async def test_errors_of_the_tree(client):
    answer = await client.post("/api/v1/things", json={**THING, "shortName": "taken"})
    assert (answer.status_code, answer.json()) == (409, {"message": "The name is taken"})
    answer = await client.get("/api/v1/things/none")
    assert (answer.status_code, answer.json()) == (404, {"message": "Thing not found"})
    answer = await client.get("/api/v1/things/failed")
    assert answer.status_code == 500
    assert answer.json() == {"message": "restic said password=***", "details": "the tail"}


async def test_an_unexpected_error_tells_a_reference_and_nothing_else(client, capfd):
    answer = await client.get("/api/v1/things/broken")
    assert answer.status_code == 500
    message = answer.json()["message"]
    assert message.startswith("Something went wrong on our side")
    assert "hunter2" not in answer.text
    output = capfd.readouterr().err
    assert message.split()[-1] in output
    assert "RuntimeError" in output
    assert "hunter2" not in output


async def test_unknown_paths_and_methods_are_json(client: httpx.AsyncClient):
    answer = await client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not found"})
    answer = await client.put("/api/v1/things", json={})
    assert answer.status_code == 405
    assert answer.json() == {"message": "PUT is not allowed here"}
    assert {"GET", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))
    answer = await client.get("/api/auth/nothing")
    assert answer.status_code == 404
    assert answer.json() == {"message": "Not found", "code": "NOT_FOUND"}


async def test_head_works_wherever_get_does_without_a_body(client):
    answer = await client.head("/api/v1/things/k3")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_head_of_a_stream_does_not_start_it(client, thing_store):
    answer = await client.head("/api/v1/things/ticks?stay=1")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert thing_store.closed_streams == 0
