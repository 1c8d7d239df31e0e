"""Says once, under `definitions`, what a schema of values says in several places. Pure.

Helm reads and compiles the schema at every render, so each of its schemas is paid for each time. A part that is
repeated moves to a definition named after its key; where it stood stays its description and a `$ref`. What several
closed sections have in common moves to one definition too: each keeps the names, so that it stays closed, and refers to
the definition for what they hold.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

__all__ = ["share"]

Schema = dict[str, Any]
_POINTER = "#/definitions/"
WORTH_SHARING = 150
"""Characters below which a reference is hardly shorter than what it refers to."""
WORTH_GROUPING = 8
"""Properties below which what sections have in common is not worth a definition."""


def share(schema: Schema) -> Schema:
    """`schema` with its repeated properties as definitions, the largest first."""
    schema = copy.deepcopy(schema)
    definitions: Schema = schema.setdefault("definitions", {})
    own: list[Schema] = [schema]
    forms = {id(part): _form(part) for _, part in _properties(own)}
    repeated = [form for form, count in Counter(forms.values()).items() if count > 1 and len(form) >= WORTH_SHARING]
    for form in sorted(repeated, key=lambda form: (-len(form), form)):
        found = [(path, part) for path, part in _properties(own) if forms[id(part)] == form]
        if len(found) < 2:
            continue
        name = next(name for name in _names(found[0][0]) if name not in definitions)
        definitions[name] = json.loads(form)
        for _, part in found:
            description = part["description"]
            part.clear()
            part.update({"description": description, "$ref": _POINTER + name})
            forms[id(part)] = _form(part)
        own.append(definitions[name])
        forms.update((id(part), _form(part)) for _, part in _properties([definitions[name]]))
    _group([part for _, part in _properties([schema])] + list(definitions.values()), definitions)
    _merge_twins(schema)
    _close_to_null(schema)
    schema["definitions"] = dict(sorted(schema["definitions"].items()))
    return schema


def _group(parts: list[Schema], definitions: Schema) -> None:
    """Moves what sections have in common to definitions, what saves most first."""
    sections = [part for part in parts if "properties" in part and part.get("additionalProperties") is False]
    number = 0
    while True:
        said = [_said(section) for section in sections]
        candidates = {one & other for one, other in itertools.combinations(said, 2)}
        owners_of = {
            common: [section for section, own in zip(sections, said, strict=True) if common <= own]
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
            section.setdefault("allOf", []).append({"$ref": _POINTER + name})


def _merge_twins(schema: Schema) -> None:
    """Definitions that accept the same become one, under the first of their names."""
    names: dict[str, str] = {}
    for name, definition in sorted(schema["definitions"].items()):
        names.setdefault(_form(definition), name)
    kept = set(names.values())
    same = {name: names[_form(definition)] for name, definition in schema["definitions"].items()}
    schema["definitions"] = {name: part for name, part in schema["definitions"].items() if name in kept}
    for part in _objects(schema):
        if "$ref" in part:
            part["$ref"] = _POINTER + same[part["$ref"].removeprefix(_POINTER)]


def _close_to_null(schema: Schema) -> None:
    """A definition whose every use refuses null refuses it itself, so that each use is a bare reference."""
    parts = list(_objects(schema))
    guarded = {part["allOf"][0]["$ref"]: part["allOf"] for part in parts if _refuses_null(part)}
    inner = {id(part["allOf"][0]) for part in parts if _refuses_null(part)}
    open_uses = {part["$ref"] for part in parts if "$ref" in part and id(part) not in inner}
    for reference, (_, kind) in guarded.items():
        definition = schema["definitions"][reference.removeprefix(_POINTER)]
        if reference not in open_uses and definition.get("type") == [kind["type"], "null"]:
            definition["type"] = kind["type"]
            for part in parts:
                if _refuses_null(part) and part["allOf"][0]["$ref"] == reference:
                    del part["allOf"]
                    part["$ref"] = reference


def _refuses_null(part: Schema) -> bool:
    return len(part.get("allOf", [])) == 2 and [list(each) for each in part["allOf"]] == [["$ref"], ["type"]]


def _objects(part: object) -> Iterator[Schema]:
    """Every JSON object in a schema, outer ones first."""
    if isinstance(part, dict):
        yield part
        for inner in list(part.values()):
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


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
