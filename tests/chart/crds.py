"""Judges custom resources by their CustomResourceDefinitions in tests/crds, as a strict API server does."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

CRDS = Path(__file__).resolve().parents[1] / "crds"


@functools.cache
def _validators() -> dict[tuple[str, str], jsonschema_rs.Draft202012Validator]:
    validators = {}
    for path in sorted(CRDS.rglob("*.yaml")):
        for crd in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            for version in crd["spec"]["versions"]:
                key = (f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"])
                schema = _closed(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                validators[key] = jsonschema_rs.Draft202012Validator(schema)
    return validators


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with unknown fields refused, unless it preserves them, and with OpenAPI's own keywords translated."""
    result = {key: value for key, value in schema.items() if key not in ("description", "format", "default")}
    if "properties" in result:
        result["properties"] = {name: _closed(field) for name, field in result["properties"].items()}
        if "additionalProperties" not in result and not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False
    if isinstance(result.get("additionalProperties"), dict):
        result["additionalProperties"] = _closed(result["additionalProperties"])
    if "items" in result:
        result["items"] = _closed(result["items"])
    if schema.get("x-kubernetes-int-or-string"):
        result["type"] = ["integer", "string"]
    if schema.get("nullable"):
        result["type"] = [result["type"], "null"]
    return result


def known(item: dict[str, Any]) -> bool:
    """Whether there is a definition for objects like this one."""
    return (item["apiVersion"], item["kind"]) in _validators()


def problems(item: dict[str, Any]) -> list[str]:
    """What an API server with this definition would complain about."""
    errors = _validators()[item["apiVersion"], item["kind"]].iter_errors(item)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in errors]
