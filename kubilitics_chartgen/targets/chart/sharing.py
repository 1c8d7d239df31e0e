"""Says once, under `definitions`, what a schema of values says in several places. Pure.

Helm reads and compiles the schema at every render, so each of its schemas is paid for each time. A part that is
repeated moves to a definition named after its key, which carries the description that is said most. Where it stood
stays a bare `$ref`, or, with another description, a reference wrapped in `allOf`, because draft-07 ignores what stands
beside a `$ref`. What several closed sections have in common moves to one definition too: each keeps the names, so that
it stays closed, and refers to the definition for what they hold.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

__all__ = ["share"]

Schema = dict[str, Any]
WORTH_SHARING = 150
"""Characters below which a reference is hardly shorter than what it refers to."""
WORTH_GROUPING = 8
"""Properties below which what sections have in common is not worth a definition."""


def share(schema: Schema) -> Schema:
    """`schema` with its repeated properties as definitions, the largest first. Changes `schema` itself."""
    definitions: Schema = schema.setdefault("definitions", {})
    own: list[Schema] = [schema]
    counts = Counter(_form(part) for _, part in _properties(own))
    repeated = [form for form, count in counts.items() if count > 1 and len(form) >= WORTH_SHARING]
    for form in sorted(repeated, key=lambda form: (-len(form), form)):
        found = [(path, part) for path, part in _properties(own) if _form(part) == form]
        if len(found) < 2:
            continue
        name = next(name for name in _names(found[0][0]) if name not in definitions)
        said = Counter(part["description"] for _, part in found)
        usual = min(said, key=lambda description: (-said[description], description))
        definitions[name] = {"description": usual, **json.loads(form)} if said[usual] > 1 else json.loads(form)
        for _, part in found:
            _refer(part, name, is_usual=part["description"] == usual and said[usual] > 1)
        own.append(definitions[name])
    _describe_once(schema, definitions)
    _group([part for _, part in _properties([schema])] + list(definitions.values()), definitions)
    schema["definitions"] = dict(sorted(definitions.items()))
    return schema


def _refer(part: Schema, name: str, *, is_usual: bool) -> None:
    reference = {"$ref": f"#/definitions/{name}"}
    described = reference if is_usual else {"description": part["description"], "allOf": [reference]}
    part.clear()
    part.update(described)


def _describe_once(schema: Schema, definitions: Schema) -> None:
    """A definition that is only ever used with one description carries it, and its uses are bare references."""
    wrapped: dict[str, list[Schema]] = {}
    for _, part in _properties([schema, *definitions.values()]):
        if set(part) == {"description", "allOf"} and len(part["allOf"]) == 1 and set(part["allOf"][0]) == {"$ref"}:
            wrapped.setdefault(part["allOf"][0]["$ref"].rsplit("/", 1)[1], []).append(part)
    for name, parts in wrapped.items():
        if "description" not in definitions[name]:
            said = Counter(part["description"] for part in parts)
            usual = min(said, key=lambda description: (-said[description], description))
            definitions[name] = {"description": usual} | definitions[name]
            for part in parts:
                if part["description"] == usual:
                    _refer(part, name, is_usual=True)


def _group(parts: list[Schema], definitions: Schema) -> None:
    """Moves what sections have in common to definitions, what saves most first."""
    sections = [part for part in parts if "properties" in part and part.get("additionalProperties") is False]
    number = 0
    while True:
        candidates = {_said(one) & _said(other) for one, other in itertools.combinations(sections, 2)}
        owners_of = {
            common: [section for section in sections if common <= _said(section)]
            for common in candidates
            if len(common) >= WORTH_GROUPING
        }
        if not owners_of:
            return
        common, owners = max(owners_of.items(), key=lambda item: (len(item[0]) * (len(item[1]) - 1), sorted(item[0])))
        number += 1
        name = f"Common{number if number > 1 else ''}"
        definitions[name] = {"properties": {key: json.loads(form) for key, form in sorted(common)}}
        for section in owners:
            section["properties"].update({key: True for key, _ in common})
            section.setdefault("allOf", []).append({"$ref": f"#/definitions/{name}"})


def _said(section: Schema) -> frozenset[tuple[str, str]]:
    return frozenset((key, json.dumps(part)) for key, part in section["properties"].items() if part is not True)


def _form(part: Schema) -> str:
    """What a property accepts, as text; its description is its own."""
    return json.dumps({key: value for key, value in part.items() if key != "description"})


def _properties(schemas: list[Schema], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Schema]]:
    for schema in schemas:
        for key, part in schema.get("properties", {}).items():
            if part is True:
                continue
            yield (*path, key), part
            yield from _properties([part], (*path, key))


def _names(path: tuple[str, ...]) -> Iterator[str]:
    """`Image`, and where that is taken `BackendImage`, and so on; then numbered."""
    parts = [part[:1].upper() + part[1:] for part in path]
    for start in range(len(parts) - 1, -1, -1):
        yield "".join(parts[start:])
    number = 1
    while True:
        number += 1
        yield f"{''.join(parts)}{number}"
