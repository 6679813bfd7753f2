"""Rules for the form of the OpenAPI document, because clients are generated from it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from zerobyte import __version__

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "openapi.json").read_text()
)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
# Their shape depends on the audited operation, or is defined by the OpenAPI standard.
OF_ANY_SHAPE = {"/components/schemas/AuditEntry/properties/details"}
WITHOUT_SCHEMA = {"showDocs", "getDocsScript"}
OPERATIONS = [
    (method, path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def places(part: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every object of the document with its place."""
    if isinstance(part, dict):
        yield at, part
        for name, inner in part.items():
            yield from places(inner, f"{at}/{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from places(inner, f"{at}/{number}")


def test_schema_names_are_short_words():
    assert [name for name in SCHEMAS if not re.fullmatch(r"[A-Z][A-Za-z0-9]{1,31}", name)] == []


def test_no_two_schemas_describe_one_thing_under_two_names():
    assert not [name for name in SCHEMAS if name.endswith(("Input1", "Output1", "-Input"))]
    texts = [json.dumps(schema, sort_keys=True) for schema in SCHEMAS.values()]
    repeated = {text for text in texts if texts.count(text) > 1}
    assert repeated == set()


def test_no_known_shape_allows_anything():
    anything = {
        at
        for at, part in places(DOCUMENT)
        if part.get("additionalProperties") is True and "getOpenApi" not in str(at)
    }
    documents = {at for at in anything if at.startswith("/paths//api/v1/openapi.json/")}
    assert anything - documents == OF_ANY_SHAPE


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_answer_is_typed(method: str, path: str, operation: dict[str, Any]):
    if operation["operationId"] in WITHOUT_SCHEMA:
        return
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            schema = content.get("schema")
            assert schema, (method, path, status, media)
            assert {"$ref", "type", "anyOf", "oneOf", "items"} & set(schema), (method, path, status)


def test_a_change_describes_no_defaults():
    changes = [
        operation["requestBody"]["content"]["application/json"]["schema"]
        for method, _, operation in OPERATIONS
        if method in ("patch", "put") and "requestBody" in operation
    ]
    assert len(changes) >= 8
    for schema in changes:
        name = schema["$ref"].rpartition("/")[2]
        for field, described in SCHEMAS[name]["properties"].items():
            assert "default" not in described, (name, field)


def test_offsets_and_limits_say_their_bounds():
    found = 0
    for _, path, operation in OPERATIONS:
        for parameter in operation["parameters"]:
            if parameter["name"] in ("offset", "limit", "page"):
                found += 1
                schema = parameter["schema"]
                assert {"minimum", "exclusiveMinimum"} & set(schema), path
                assert "maximum" in schema, path
    assert found >= 6


def test_no_title_repeats_a_name():
    titled = [
        (at, part["title"])
        for at, part in places(DOCUMENT)
        if isinstance(part.get("title"), str) and at != "/info"
    ]
    assert titled == []


def test_version_and_server_are_those_of_the_product():
    assert DOCUMENT["info"]["version"] == __version__
    assert DOCUMENT["servers"] == [{"url": "/"}]
    assert all(path.startswith("/api/v1/") for path in DOCUMENT["paths"])
