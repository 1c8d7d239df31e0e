"""Says once, under `definitions`, what a schema of values says in several places. Pure.

Helm reads and compiles the schema at every render, so its size is paid for each time. A part that is repeated moves to
a definition named after its key; where it stood stays its description, and a reference wrapped in `allOf`, because
draft-07 ignores what stands beside a `$ref`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

__all__ = ["share"]

Schema = dict[str, Any]
WORTH_SHARING = 150
"""Characters below which a reference is hardly shorter than what it refers to."""


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
        definitions[name] = json.loads(form)
        for _, part in found:
            description = part["description"]
            part.clear()
            part.update(description=description, allOf=[{"$ref": f"#/definitions/{name}"}])
        own.append(definitions[name])
    schema["definitions"] = dict(sorted(definitions.items()))
    return schema


def _form(part: Schema) -> str:
    """What a property accepts, as text; its description is its own."""
    return json.dumps({key: value for key, value in part.items() if key != "description"})


def _properties(schemas: list[Schema], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Schema]]:
    for schema in schemas:
        for key, part in schema.get("properties", {}).items():
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
