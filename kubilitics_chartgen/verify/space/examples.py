"""A value that fits a schema: small, plausible, the same every time. Pure.

Texts are tried from a list of plausible ones; a pattern that none of them fits gives no example.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.verify.space.factors import MISSING
from kubilitics_chartgen.verify.space.schema_nodes import SchemaNodes

__all__ = ["example", "matches"]

_TEXTS = (
    "example",
    "example-1",
    "example.com",
    "https://example.com",
    "http://example:8080",
    "https://example.com/path",
    "10.0.0.0/8",
    "10.0.0.1",
    "1Gi",
    "100m",
    "1h",
    "30s",
    "/example",
    "example/name",
    "0 3 * * *",
    "example.com/name",
    "EXAMPLE",
    "example@example.com",
    "1.30",
    "1.30.0",
    "v1.30.0",
    "0644",
    "50%",
    "sha256:" + "0123456789abcdef" * 4,
    "s0:c123,c456",
    "http",
    "TCP",
    "1",
    "",
)
_MAX_DEPTH = 6


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text.replace("\\z", "\\Z"))
    except (re.error, RecursionError):
        return None


def matches(nodes: SchemaNodes, text: str) -> bool:
    """Whether a text fits what the schemas say of texts."""
    for pattern in nodes.every("pattern"):
        compiled = _pattern(str(pattern))
        if compiled is None or not compiled.search(text):
            return False
    return all(len(text) >= low for low in nodes.every("minLength")) and all(
        len(text) <= high for high in nodes.every("maxLength")
    )


def example(nodes: SchemaNodes, *, hint: Sequence[Any] = (), depth: int = 0) -> Any:
    """A value that fits; MISSING where none is found. `hint` are values to prefer."""
    stated = [value for values in nodes.every("examples") for value in values] + nodes.every("default")
    for value in [*nodes.choices, *stated, *hint]:
        return value
    types = nodes.types
    if depth > _MAX_DEPTH:
        return MISSING
    if "string" in types:
        return next((text for text in _TEXTS if matches(nodes, text)), MISSING)
    if "integer" in types or "number" in types:
        low = [value for value in nodes.every("minimum") if isinstance(value, (int, float))]
        return max([*low, 1]) if not nodes.every("maximum") or min(nodes.every("maximum")) >= 1 else max([*low, 0])
    if "boolean" in types:
        return True
    if "array" in types or nodes.first("items") is not None:
        item = example(nodes.items, depth=depth + 1) if nodes.items.nodes else MISSING
        return MISSING if item is MISSING else [item]
    if "object" in types or nodes.properties:
        return _mapping(nodes, depth)
    return MISSING


def _mapping(nodes: SchemaNodes, depth: int) -> Any:
    built: dict[str, Any] = {}
    for name in nodes.required:
        value = example(nodes.below(name), depth=depth + 1)
        if value is MISSING:
            return MISSING
        built[name] = value
    if built:
        return built
    for name in nodes.properties:
        value = example(nodes.below(name), depth=depth + 1)
        if value is not MISSING:
            return {name: value}
    additional = nodes.additional
    if additional is None:
        return MISSING
    value = example(additional, depth=depth + 1) if additional.nodes else "example"
    if value is MISSING:
        return MISSING
    names = [matching for said in nodes.every("propertyNames") if isinstance(said, dict) for matching in [said]]
    key = next((text for text in _TEXTS if matches(SchemaNodes(nodes.root, names), text)), "example")
    return {key: value}
