"""Judges custom objects by their CRDs in tests/crds, as strictly as an API server with strict field validation."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

CRDS = Path(__file__).resolve().parents[1] / "crds"
KEPT = (
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "required",
    "default",
)


@functools.cache
def _schemas() -> dict[tuple[str, str], dict[str, Any]]:
    """(apiVersion, kind) to the schema of each served version."""
    found = {}
    for path in sorted(CRDS.glob("*/*.yaml")):
        spec = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["spec"]
        for version in spec["versions"]:
            key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            found[key] = version["schema"]["openAPIV3Schema"]
    return found


def is_known(item: dict[str, Any]) -> bool:
    """Whether there is a CRD for this object."""
    return (item["apiVersion"], item["kind"]) in _schemas()


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """An openAPIV3Schema as JSON Schema, closed where the API server would prune."""
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]} | {key: schema[key] for key in ("pattern", "default") if key in schema}
    result: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    if "pattern" in result:
        # Go writes a class of one letter without braces.
        result["pattern"] = re.sub(r"\\([pP])([A-Z])", r"\\\1{\2}", result["pattern"])
    if "type" in schema:
        result["type"] = [schema["type"], "null"] if schema.get("nullable") else schema["type"]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            result[key] = [_open(part) for part in schema[key]]
    if "not" in schema:
        result["not"] = _open(schema["not"])
    if "items" in schema:
        result["items"] = strict(schema["items"])
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict):
        result["additionalProperties"] = strict(additional)
    elif "properties" in schema:
        result["properties"] = {key: strict(value) for key, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False
    return result


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    """A branch inside anyOf, oneOf, allOf or not: it judges values and names no fields."""
    return {key: value for key, value in strict(schema).items() if key != "additionalProperties"}


@functools.cache
def _validator(api_version: str, kind: str) -> jsonschema_rs.Draft7Validator:
    schema = strict(_schemas()[api_version, kind])
    schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}
    return jsonschema_rs.Draft7Validator(schema)


def problems(item: dict[str, Any]) -> list[str]:
    """What is wrong with a custom object; KeyError where there is no CRD for it."""
    errors = _validator(item["apiVersion"], item["kind"]).iter_errors(item)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


def added(item: dict[str, Any]) -> list[str]:
    """Paths at which the API server would add a default to a custom object; KeyError where there is no CRD for it."""
    return list(_added(_schemas()[item["apiVersion"], item["kind"]]["properties"]["spec"], item["spec"], "spec"))


def _added(schema: dict[str, Any], value: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from _added(schema.get("items", {}), part, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, below in schema.get("properties", {}).items():
            if key in value:
                yield from _added(below, value[key], f"{path}.{key}")
            elif "default" in below:
                yield f"{path}.{key}"
