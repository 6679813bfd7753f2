"""Compare JSON schemas: where is a value of one schema not valid for another?

It knows what the documented API uses: types, enums, alternatives, properties, required, items.
Limits of sizes and patterns are not compared.
"""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
Schema = dict[str, Any]
_TAGS = ("backend", "type", "kind", "message_type")
_DEPTH = 12


def conflicts(
    document: Document, schema: Schema, other_document: Document, other: Schema, at: str = ""
) -> list[str]:
    """Return why values of a schema are not valid for the other, one line for each place."""
    if at.count(".") > _DEPTH:
        return []
    found: list[str] = []
    accepted = list(_alternatives(other_document, other))
    for form in _alternatives(document, schema):
        fitting = [one for one in accepted if _fits(document, form, other_document, one)]
        if not fitting:
            found.append(f"{at}: no {_shown(document, form)}")
            continue
        attempts = (_conflicts(document, form, other_document, one, at) for one in fitting)
        found += min(attempts, key=len)
    return list(dict.fromkeys(found))


def _conflicts(
    document: Document, form: Schema, other_document: Document, other: Schema, at: str
) -> list[str]:
    allowed = _values(other)
    if allowed is not None:
        values = _values(form)
        return [] if values is not None and values <= allowed else [f"{at}: other values"]
    found = [
        f"{at}.{name}: not always"
        for name in sorted(set(other.get("required", ())) - set(form.get("required", ())))
    ]
    for name, part in other.get("properties", {}).items():
        if name in form.get("properties", {}):
            mine = form["properties"][name]
            found += conflicts(document, mine, other_document, part, f"{at}.{name}")
    if "items" in form and "items" in other:
        found += conflicts(document, form["items"], other_document, other["items"], f"{at}[]")
    return found


def _fits(document: Document, form: Schema, other_document: Document, other: Schema) -> bool:
    """Return True if both schemas have the same type, and objects the same discriminator.

    A number may be whole: the documented API describes ids and counts as numbers.
    """
    kinds = _type(form), _type(other)
    if None in kinds or set(kinds) == {"integer", "number"}:
        return True
    tags, others = _tags(document, form), _tags(other_document, other)
    return kinds[0] == kinds[1] and all(tags[name] & others[name] for name in tags & others.keys())


def _tags(document: Document, form: Schema) -> dict[str, set[Any]]:
    parts = {name: form.get("properties", {}).get(name, {}) for name in _TAGS}
    values = {name: _values(_resolved(document, part)) for name, part in parts.items()}
    return {name: found for name, found in values.items() if found is not None}


def _resolved(document: Document, schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _alternatives(document: Document, schema: Schema) -> Iterator[Schema]:
    """Return the alternatives of a schema, those of single values as one enum of each type."""
    enums: dict[str | None, set[Any]] = {}
    for form in _expanded(document, schema):
        values = _values(form)
        if values is None:
            yield form
        else:
            enums.setdefault(_type(form), set()).update(values)
    for kind, values in enums.items():
        yield {"type": kind, "enum": list(values)}


def _expanded(document: Document, schema: Schema) -> Iterator[Schema]:
    schema = _resolved(document, schema)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        for choice in choices:
            yield from _expanded(document, choice)
    elif isinstance(schema.get("type"), list):
        yield from ({**schema, "type": kind} for kind in schema["type"])
    else:
        yield schema


def _values(schema: Schema) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None


def _type(schema: Schema) -> str | None:
    if "type" in schema:
        return schema["type"]
    names = {bool: "boolean", int: "integer", float: "number", str: "string"}
    found = {names[type(value)] for value in _values(schema) or ()}
    return found.pop() if len(found) == 1 else "object" if "properties" in schema else None


def _shown(document: Document, form: Schema) -> str:
    return f"{_type(form)} {sorted(map(str, _tags(document, form).values()))}".removesuffix(" []")
