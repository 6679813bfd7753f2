"""Our OpenAPI document describes every documented field, with its type; none more is required."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.schema_comparison import conflicts

Document = dict[str, Any]
HERE = Path(__file__).resolve().parent
THEIRS: Document = json.loads((HERE / "contract.json").read_text())
OURS: Document = json.loads((HERE.parents[1] / "openapi.json").read_text())
# The documented API accepts and ignores these; we accept no field without effect.
DROPPED = {
    "createBackupSchedule body lacks tags",
    "updateBackupSchedule body lacks tags",
}
# One schema of a volume's config serves requests and answers; a folder never answers true.
OTHER_ANSWERS = {
    "createVolume .config.readOnly: other values",
    "getBackupSchedule .volume.config.readOnly: other values",
    "getBackupScheduleForVolume .volume.config.readOnly: other values",
    "getVolume .volume.config.readOnly: other values",
    "listBackupSchedules [].volume.config.readOnly: other values",
    "listVolumes [].config.readOnly: other values",
    "updateVolume .config.readOnly: other values",
}
# Digits are accepted as a port, but not described.
OTHER_REQUESTS = {
    f"{name} .config.port: no string"
    for name in (
        *("createVolume", "updateVolume", "testConnection"),
        *("createRepository", "updateRepository"),
    )
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


def pairs() -> Iterator[tuple[str, Document, Document]]:
    """Return the id of each built operation, as documented and as built."""
    for path, methods in THEIRS["paths"].items():
        for method, documented in methods.items():
            built = OURS["paths"].get(path, {}).get(method)
            if built is not None:
                yield documented["operationId"], documented, built


def test_what_is_built_takes_and_answers_every_documented_field():
    assert set(differences(THEIRS, OURS)) == DROPPED


def test_answers_have_the_documented_types_and_required_fields():
    found: set[str] = set()
    for name, theirs, ours in pairs():
        for status, answer in theirs["responses"].items():
            shown = json_of(ours["responses"].get(status, {}))
            if status < "300" and shown:
                found |= {
                    f"{name} {problem}"
                    for problem in conflicts(OURS, shown, THEIRS, json_of(answer))
                }
    assert found == OTHER_ANSWERS


def test_requests_take_the_documented_types_and_values():
    found: set[str] = set()
    for name, theirs, ours in pairs():
        body, accepted = (json_of(one.get("requestBody", {})) for one in (theirs, ours))
        if body:
            found |= {f"{name} {problem}" for problem in conflicts(THEIRS, body, OURS, accepted)}
        queries = {one["name"]: one["schema"] for one in ours["parameters"]}
        for one in theirs.get("parameters", ()):
            found |= {
                f"{name} {problem}"
                for problem in conflicts(
                    THEIRS, one["schema"], OURS, queries[one["name"]], f"?{one['name']}"
                )
            }
    assert found == OTHER_REQUESTS
