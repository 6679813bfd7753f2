"""Validate bodies and query strings, and convert pydantic's errors to the contract's issues.

A message never repeats a value that was sent: an invalid body may hold a password.
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
InputPart = Literal["body", "query"]

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
_MAX_EXACT_INT: Final = 2**53


class InvalidInput(Invalid):
    """The body or the query does not match its model; `part` says which of the two."""

    def __init__(self, message: str, *, issues: Sequence[Issue], part: InputPart) -> None:
        super().__init__(message, issues=issues)
        self.part = part


class MalformedJson(Invalid):
    """The body is not JSON at all."""


def from_json(model: type[Model], body: bytes) -> Model:
    """Parse a JSON body strictly: a string is never converted to a number.

    Raises InvalidInput, MalformedJson.
    """
    if _NUL.search(body):
        raise _no_nul("body")
    try:
        return model.model_validate_json(_with_whole_numbers(body), strict=True)
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise MalformedJson("Malformed JSON in request body") from None
        raise invalid_input(error, _loaded(body), part="body") from None


def _with_whole_numbers(body: bytes) -> bytes:
    """Return the JSON with each `15.0` as 15: some clients have one number type and send that."""
    if not _FRACTION.search(body):
        return body
    try:
        return orjson.dumps(_with_int(orjson.loads(body)))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return body  # validation reports the error


def _with_int(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _MAX_EXACT_INT else value
    if isinstance(value, list):
        return [_with_int(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        held = cast("dict[str, Any]", value)
        return {name: _with_int(item) for name, item in held.items()}
    return value


def from_form(model: type[Model], body: bytes) -> Model:
    """Parse a form leniently, because all its fields are text. Raises InvalidInput."""
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
        raise invalid_input(error, fields, part="body") from None


def from_query(model: type[Model], arguments: Sequence[tuple[str, str]]) -> Model:
    """Parse a query string; a repeated name becomes a list if its field is a list.

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
        raise invalid_input(error, values, part="query") from None


def _no_nul(part: InputPart) -> InvalidInput:
    """Return the error for a NUL: no name or path can hold one, nor can PostgreSQL store it."""
    return _unreadable("invalid_format", "Text must not contain NUL characters", part)


def _unreadable(code: str, message: str, part: InputPart) -> InvalidInput:
    issue: Issue = {"code": code, "path": [], "message": message}
    return InvalidInput(message, issues=[issue], part=part)


def invalid_input(error: ValidationError, sent: object, *, part: InputPart) -> InvalidInput:
    """Convert pydantic's errors to InvalidInput; `sent` is used only to find the paths."""
    issues = _merged_issues(error.errors(include_url=False, include_input=False), sent)
    first = issues[0]
    where = ".".join(str(step) for step in first["path"])
    return InvalidInput(
        f"{where}: {first['message']}" if where else first["message"], issues=issues, part=part
    )


def _merged_issues(details: Sequence[ErrorDetails], sent: object) -> list[Issue]:
    """Return one issue per path; pydantic reports one for each member of a union."""
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
    # The type error of one union member is redundant if a better matching member reports more.
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
    return {"code": code, "path": _path(detail, sent), "message": _message(detail)}


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        context = detail.get("ctx", {})
        expected = str(context.get("expected_tags", "")).replace(", ", " | ")
        return f"expected one of {expected}" if expected else "Field required"
    message = detail["msg"]
    return message.removeprefix("Value error, ").removeprefix("Assertion failed, ")


def _path(detail: ErrorDetails, sent: object) -> list[str | int]:
    """Return the path of the field in the input, without pydantic's names of union members."""
    path: list[str | int] = []
    here = sent
    steps = detail["loc"]
    for index, step in enumerate(steps):
        found = _step(here, step)
        if found is not _ABSENT:
            path.append(step)
            here = found
        elif index == len(steps) - 1 and detail["type"] == "missing":
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
