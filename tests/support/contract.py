"""Holds answers against the documented API: `assert_conforms("listVolumes", 200, answer.json())`.

Schemas are checked as they are documented; fields beyond them are allowed.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_FILE = Path(__file__).parent.parent / "conformance" / "contract.json"


@cache
def _operations() -> dict[str, dict[str, Any]]:
    paths = json.loads(_FILE.read_text())["paths"]
    return {
        operation["operationId"]: operation
        for methods in paths.values()
        for operation in methods.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def assert_conforms(operation_id: str, status: int, body: Any) -> None:
    """Fail when an answer is not what is documented for that operation and status."""
    responses = _operations()[operation_id]["responses"]
    assert str(status) in responses, f"{operation_id} does not document {status}: {body}"
    content = responses[str(status)].get("content") or {}
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return
    problems = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(body)
    ]
    assert not problems, f"{operation_id} {status}: {problems}"
