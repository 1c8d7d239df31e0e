"""References and combinations inside a JSON Schema, resolved within bounds. Pure, fetches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["expand", "resolve"]

_COMBINED = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")


def resolve(root: Any, reference: str) -> Any:
    """What a reference such as `#/$defs/port` means; None where it leads nowhere, or out of the schema."""
    if not (reference == "#" or reference.startswith("#/")):
        return None
    node = root
    for part in reference[2:].split("/") if len(reference) > 1 else ():
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, Mapping):
            node = node.get(key)
        elif isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        else:
            return None
    return node


def expand(root: Any, nodes: Iterable[Any], *, most: int, conditions: bool = False) -> list[Mapping[str, Any]]:
    """At most so many schemas: `nodes` with all that they refer to or are combined of; with if, then, else if asked."""
    found: list[Mapping[str, Any]] = []
    seen: set[int] = set()
    queue = list(nodes)
    while queue and len(found) < most:
        node = queue.pop(0)
        if not isinstance(node, Mapping) or id(node) in seen:
            continue
        seen.add(id(node))
        found.append(node)
        for keyword in _COMBINED:
            if isinstance(node.get(keyword), list):
                queue.extend(node[keyword])
        if conditions:
            queue.extend(node[keyword] for keyword in _CONDITIONS if keyword in node)
        if isinstance(node.get("$ref"), str):
            queue.append(resolve(root, node["$ref"]))
    return found
