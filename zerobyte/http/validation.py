"""Bytes and query strings into models, and what is wrong with them in words.

Owns the translation of pydantic's problems into the contract's issues. Never repeats a value
that was sent: a wrong body may hold a password.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeVar, cast
from urllib.parse import parse_qsl

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zerobyte.core.errors import Invalid, Issue

Model = TypeVar("Model", bound=BaseModel)
Place = Literal["body", "query"]

_CODES = {
    "missing": "invalid_type",
    "too_short": "too_small",
    "string_too_short": "too_small",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "too_long": "too_big",
    "string_too_long": "too_big",
    "less_than": "too_big",
    "less_than_equal": "too_big",
    "enum": "invalid_value",
    "literal_error": "invalid_value",
    "union_tag_invalid": "invalid_union",
    "union_tag_not_found": "invalid_union",
    "string_pattern_mismatch": "invalid_format",
    "extra_forbidden": "unrecognized_keys",
    "value_error": "custom",
    "assertion_error": "custom",
}
_FORM_FIELDS: Final = 64
_ABSENT: Any = object()
# An escaped NUL whose backslash is not itself escaped.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# A number with a fraction or an exponent; only a body with one is looked at for whole numbers.
_FRACTION = re.compile(rb"\d(?:\.\d|[eE])")
_LARGEST_EXACT: Final = 2**53


class InvalidInput(Invalid):
    """The body or the query does not fit its model. `place` says which of the two it was."""

    def __init__(self, message: str, *, issues: Sequence[Issue], place: Place) -> None:
        super().__init__(message, issues=issues)
        self.place = place


class MalformedJson(Invalid):
    """The body is not JSON at all."""


def from_json(model: type[Model], body: bytes) -> Model:
    """Read a JSON body strictly: a string is never taken for a number.

    Raises InvalidInput, MalformedJson.
    """
    if _NUL.search(body):
        raise _no_nul("body")
    try:
        return model.model_validate_json(_with_whole_numbers(body), strict=True)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise MalformedJson("Malformed JSON in request body") from None
        raise invalid_input(error, _loaded(body), place="body") from None


def _with_whole_numbers(body: bytes) -> bytes:
    """Return the JSON with each `15.0` as 15: clients that know one kind of number send that."""
    if not _FRACTION.search(body):
        return body
    try:
        return orjson.dumps(_whole(orjson.loads(body)))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return body  # the model says what is wrong with it


def _whole(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _LARGEST_EXACT else value
    if isinstance(value, list):
        return [_whole(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        held = cast("dict[str, Any]", value)
        return {name: _whole(item) for name, item in held.items()}
    return value


def from_form(model: type[Model], body: bytes) -> Model:
    """Read a form's fields, which are all text, leniently. Raises InvalidInput."""
    text = body.decode("utf-8", "replace")
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_FORM_FIELDS))
    except ValueError:
        raise _unreadable("too_big", f"A form has at most {_FORM_FIELDS} fields", "body") from None
    if any("\0" in value for value in fields.values()):
        raise _no_nul("body")
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise invalid_input(error, fields, place="body") from None


def from_query(model: type[Model], arguments: Sequence[tuple[str, str]]) -> Model:
    """Read a query string: a name that comes twice becomes a list when its field is one.

    Raises InvalidInput.
    """
    lists = {
        field.alias or name
        for name, field in model.model_fields.items()
        if "list" in str(field.annotation).lower() or "tuple" in str(field.annotation).lower()
    }
    values: dict[str, Any] = {}
    for name, value in arguments:
        if "\0" in value:
            raise _no_nul("query")
        if name in lists:
            values.setdefault(name, []).append(value)
        else:
            values.setdefault(name, value)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid_input(error, values, place="query") from None


def _no_nul(place: Place) -> InvalidInput:
    """No name, path or pattern can hold a NUL, and PostgreSQL cannot store one."""
    return _unreadable("invalid_format", "Text must not contain NUL characters", place)


def _unreadable(code: str, message: str, place: Place) -> InvalidInput:
    issue: Issue = {"code": code, "path": [], "message": message}
    return InvalidInput(message, issues=[issue], place=place)


def invalid_input(error: ValidationError, sent: object, *, place: Place) -> InvalidInput:
    """The contract's form of a model's problems. `sent` only serves to find the right paths."""
    issues = _once(error.errors(include_url=False, include_input=False), sent)
    first = issues[0]
    where = ".".join(str(step) for step in first["path"])
    return InvalidInput(
        f"{where}: {first['message']}" if where else first["message"], issues=issues, place=place
    )


def _once(details: Sequence[ErrorDetails], sent: object) -> list[Issue]:
    """Return one issue for each place, where pydantic names one for each member of a union."""
    issues: list[Issue] = []
    unions: dict[tuple[str | int, ...], int] = {}
    for detail in details:
        issue = _issue(detail, sent)
        path = tuple(issue["path"])
        at_union = unions.get(path)
        if at_union is not None:
            known = issues[at_union]["message"]
            if issue["message"] not in known:
                issues[at_union]["message"] = f"{known}, or: {issue['message']}"
            continue
        unions[path] = len(issues)
        issues.append(issue)
    deeper = [tuple(issue["path"]) for issue in issues]
    # A member of another type says nothing that the member which fits better does not say.
    return [
        issue
        for issue, path in zip(issues, deeper, strict=True)
        if issue["code"] != "invalid_type"
        or not any(len(other) > len(path) and other[: len(path)] == path for other in deeper)
    ]


def _issue(detail: ErrorDetails, sent: object) -> Issue:
    kind = detail["type"]
    code = _CODES.get(kind) or (
        "invalid_type" if kind.endswith(("_type", "_parsing")) else "invalid_value"
    )
    return {"code": code, "path": _path(detail, sent), "message": _words(detail)}


def _words(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        context = detail.get("ctx", {})
        expected = str(context.get("expected_tags", "")).replace(", ", " | ")
        return f"expected one of {expected}" if expected else "Field required"
    message = detail["msg"]
    return message.removeprefix("Value error, ").removeprefix("Assertion failed, ")


def _path(detail: ErrorDetails, sent: object) -> list[str | int]:
    """The steps that a client knows: pydantic also names union members, which are left out."""
    path: list[str | int] = []
    here = sent
    steps = detail["loc"]
    for place, step in enumerate(steps):
        found = _step(here, step)
        if found is not _ABSENT:
            path.append(step)
            here = found
        elif place == len(steps) - 1 and detail["type"] == "missing":
            path.append(step)
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        path.append(str(detail.get("ctx", {}).get("discriminator", "")).strip("'"))
    return path


def _step(here: object, step: str | int) -> Any:
    if isinstance(here, Mapping):
        return cast("Mapping[object, Any]", here).get(step, _ABSENT)
    if isinstance(here, list) and isinstance(step, int):
        items = cast("list[Any]", here)
        return items[step] if step < len(items) else _ABSENT
    return _ABSENT


def _loaded(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
