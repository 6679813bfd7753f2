"""Every documented field is in our OpenAPI document, and no other field is required."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Document = dict[str, Any]
HERE = Path(__file__).resolve().parent
# The documented API accepts and ignores these; we accept no field without effect.
DROPPED = {
    "createBackupSchedule body lacks tags",
    "updateBackupSchedule body lacks tags",
}


def meant(document: Document, schema: Document) -> Document:
    """Return a schema, resolved if it is a `$ref`."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def fields(document: Document, schema: Document) -> set[str]:
    """Return the field names of all alternatives of an object."""
    schema = meant(document, schema)
    forms = [*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return set(schema.get("properties", ())).union(*(fields(document, form) for form in forms))


def json_of(part: Document) -> Document:
    return part.get("content", {}).get("application/json", {}).get("schema", {})


def differences(theirs: Document, ours: Document) -> Iterator[str]:
    for path, methods in theirs["paths"].items():
        for method, documented in methods.items():
            built = ours["paths"].get(path, {}).get(method)
            if built is None:
                continue
            name = documented["operationId"]
            body, our_body = (json_of(one.get("requestBody", {})) for one in (documented, built))
            for missing in sorted(fields(theirs, body) - fields(ours, our_body)):
                yield f"{name} body lacks {missing}"
            demanded = set(meant(ours, our_body).get("required", ()))
            for more in sorted(demanded - set(meant(theirs, body).get("required", ()))):
                yield f"{name} body demands {more}"
            for status in set(documented["responses"]) - set(built["responses"]):
                yield f"{name} never answers {status}"
            for status, answer in documented["responses"].items():
                if status < "300" and status in built["responses"]:
                    shown = fields(ours, json_of(built["responses"][status]))
                    for missing in sorted(fields(theirs, json_of(answer)) - shown):
                        yield f"{name} {status} lacks {missing}"


def test_what_is_built_takes_and_answers_every_documented_field():
    theirs = json.loads((HERE / "contract.json").read_text())
    ours = json.loads((HERE.parents[1] / "openapi.json").read_text())
    assert set(differences(theirs, ours)) == DROPPED
