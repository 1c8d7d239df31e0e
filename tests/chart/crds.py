"""Would a cluster with these definitions accept a custom resource? They lie in tests/crds, one folder per project."""

from __future__ import annotations

import functools
from typing import Any

import jsonschema_rs
import yaml

from tests.chart.objects import REPOSITORY

FOLDER = REPOSITORY / "tests" / "crds"


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI schema of a definition as JSON Schema, in which unknown fields are errors."""
    result = {
        key: schema[key] for key in ("type", "enum", "pattern", "required", "minimum", "maximum") if key in schema
    }
    for key in ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"):
        if key in schema:
            result[key] = schema[key]
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["string", "integer"]}
    if "properties" in schema:
        result["properties"] = {key: _strict(value) for key, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False
    if isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = _strict(schema["additionalProperties"])
    if "items" in schema:
        result["items"] = _strict(schema["items"])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            # Branches only narrow what stands beside them, so they close nothing.
            result[key] = [_branch(branch) for branch in schema[key]]
    if "not" in schema:
        result["not"] = _branch(schema["not"])
    return result


def _branch(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if not key.startswith("x-") and key != "description"}


@functools.cache
def _validators() -> dict[tuple[str, str], Any]:
    found = {}
    for path in FOLDER.rglob("*.yaml"):
        for crd in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if not crd or crd.get("kind") != "CustomResourceDefinition":
                continue
            for version in crd["spec"]["versions"]:
                schema = _strict(version["schema"]["openAPIV3Schema"])
                schema["properties"] |= {"metadata": {"type": "object"}}
                key = (f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"])
                found[key] = jsonschema_rs.validator_for(schema)
    return found


def problems(item: dict[str, Any]) -> list[str]:
    """Every reason why the definition refuses `item`; the definition must be there."""
    validator = _validators()[item["apiVersion"], item["kind"]]
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(item)]
