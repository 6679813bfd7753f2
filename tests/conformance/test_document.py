"""The committed openapi.json equals the one generated from the code."""

from pathlib import Path

from zerobyte.app import openapi_text

COMMITTED = Path(__file__).resolve().parents[2] / "openapi.json"


def test_the_committed_document_is_what_the_code_says() -> None:
    assert COMMITTED.read_text() == openapi_text(), "run `make openapi` and commit openapi.json"
