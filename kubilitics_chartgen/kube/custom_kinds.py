"""Does an object of a well-known custom kind fit the schema of its CRD? I/O: reads packaged data only.

`custom_kinds.json` holds, for each apiVersion and kind, the CRD's schema as JSON Schema draft 7: without prose, closed
where an API server would drop a field. Defaults are filled in first, as a server does. Where the CRDs come from:
tests/crds/README.md. Rules in CEL are not evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.kube.schemas import SchemaProblem, explain

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = ["custom_kinds", "custom_problems"]


@cache
def _schemas() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("custom_kinds.json").read_text(encoding="utf-8")
    schemas: dict[str, Any] = json.loads(text)
    return schemas


def custom_kinds() -> list[tuple[str, str]]:
    """(apiVersion, kind) of what can be judged."""
    return [(api_version, kind) for api_version, _, kind in (key.partition(" ") for key in _schemas())]


@cache
def _validator(key: str) -> jsonschema_rs.Draft7Validator | None:
    import jsonschema_rs

    schema = _schemas().get(key)
    return None if schema is None else jsonschema_rs.Draft7Validator(schema, offline=True)


def custom_problems(obj: Mapping[str, Any]) -> list[SchemaProblem]:
    """What the CRD refuses, ordered by path; nothing for kinds that are not known here."""
    key = f"{obj.get('apiVersion')} {obj.get('kind')}"
    validator = _validator(key)
    if validator is None:
        return []
    filled = _filled(obj, _schemas()[key])
    if validator.is_valid(filled):
        return []
    found = {problem for error in validator.iter_errors(filled) for problem in explain(error)}
    return sorted(found, key=lambda problem: (problem.path, problem.message))


def _filled(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value with the defaults of its schema where a field lacks, in maps that are there or are a default."""
    if isinstance(value, list):
        return [_filled(item, schema.get("items") or {}) for item in value]
    if not isinstance(value, Mapping):
        return value
    fields: Mapping[str, Any] = schema.get("properties") or {}
    others = schema.get("additionalProperties")
    others = others if isinstance(others, dict) else {}
    absent = {key: field["default"] for key, field in fields.items() if "default" in field and key not in value}
    return {key: _filled(item, fields.get(key, others)) for key, item in {**value, **absent}.items()}
