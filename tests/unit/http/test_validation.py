"""Problems of a body in the contract's form: paths that a client knows, and no values."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, field_validator

from zerobyte.contract.base import ApiModel
from zerobyte.http.validation import InvalidInput, MalformedJson, from_form, from_json


class Local(ApiModel):
    backend: Literal["local"]
    base_path: str = Field(min_length=1)


class Remote(ApiModel):
    backend: Literal["remote"]
    host_names: list[str]

    @field_validator("host_names")
    @classmethod
    def _plain(cls, value: list[str]) -> list[str]:
        if any("-" in name for name in value):
            raise ValueError("A host must not contain a dash")
        return value


class Create(ApiModel):
    name: str
    mode: Literal["off", "auto"] = "auto"
    config: Annotated[Local | Remote, Field(discriminator="backend")]
    either: int | bool | None = None


def problem(body: bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        from_json(Create, body)
    assert caught.value.part == "body"
    return caught.value


def first(body: bytes) -> tuple[list[str | int], str, str]:
    issue = problem(body).issues[0]
    return issue["path"], issue["code"], issue["message"]


def test_the_member_of_a_union_is_not_part_of_a_path():
    path, code, _ = first(b'{"name":"a","config":{"backend":"local"}}')
    assert (path, code) == (["config", "basePath"], "invalid_type")
    path, code, _ = first(b'{"name":"a","config":{"backend":"local","basePath":""}}')
    assert (path, code) == (["config", "basePath"], "too_small")
    path, code, _ = first(b'{"name":"a","config":{"backend":"remote","hostNames":["a",1]}}')
    assert (path, code) == (["config", "hostNames", 1], "invalid_type")
    path, _, _ = first(b'{"name":"a","config":{"backend":"local","basePath":"x"},"either":"x"}')
    assert path == ["either"]


def test_an_unknown_member_names_the_known_ones_and_not_the_value():
    path, code, message = first(b'{"name":"a","config":{"backend":"hunter2"}}')
    assert (path, code) == (["config", "backend"], "invalid_union")
    assert message == "expected one of 'local' | 'remote'"
    assert first(b'{"name":"a","config":{}}')[2] == "Field required"


def test_a_rule_of_ours_speaks_in_its_own_words():
    body = b'{"name":"a","config":{"backend":"remote","hostNames":["a-b"]}}'
    assert first(body) == (
        ["config", "hostNames"],
        "custom",
        "A host must not contain a dash",
    )
    assert problem(body).message == "config.hostNames: A host must not contain a dash"


def test_every_problem_is_listed():
    error = problem(b'{"mode":"loud","config":{"backend":"local"}}')
    assert [(i["path"], i["code"]) for i in error.issues] == [
        (["name"], "invalid_type"),
        (["mode"], "invalid_value"),
        (["config", "basePath"], "invalid_type"),
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"{'a':1}", b'{"name":"\xed\xa0\x80"}'])
def test_body_that_is_not_json_is_malformed(body: bytes):
    with pytest.raises(MalformedJson):
        from_json(Create, body)


def test_very_deep_json_is_refused_and_harmless():
    with pytest.raises(MalformedJson):
        from_json(Create, b"[" * 100_000)


def test_a_form_of_very_many_fields_is_not_taken_apart():
    fitting = b"backend=local&basePath=a" + b"&a=" * 62
    assert from_form(Local, fitting).base_path == "a"
    with pytest.raises(InvalidInput, match="at most 64 fields") as caught:
        from_form(Local, fitting + b"&a=")
    assert caught.value.issues[0]["code"] == "too_big"
