"""Does an object of a well-known custom kind fit the schema of its CRD? I/O: reads packaged data only.

`custom_kinds.json` holds, for each apiVersion and kind, the CRD's schema as JSON Schema draft 7: without prose, closed
where an API server would drop a field. Where the CRDs come from: tests/crds/README.md. Rules in CEL are not evaluated.
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
    validator = _validator(f"{obj.get('apiVersion')} {obj.get('kind')}")
    if validator is None or validator.is_valid(obj):
        return []
    found = {problem for error in validator.iter_errors(obj) for problem in explain(error)}
    return sorted(found, key=lambda problem: (problem.path, problem.message))
