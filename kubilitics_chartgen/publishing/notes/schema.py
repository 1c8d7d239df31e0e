"""What a chart's schema lets single values be. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubilitics_chartgen.helm.json_schema import resolve

__all__ = ["accepted_values"]

_DEEPEST = 20


def accepted_values(schema: Mapping[str, Any], paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The lists of allowed values, for those of the dotted paths that have one."""
    found = {}
    for path in paths:
        nodes = [schema]
        for step in path.split("."):
            nodes = [
                inner
                for node in nodes
                for part in _parts(schema, node, 0)
                for inner in [(part.get("properties") or {}).get(step)]
                if isinstance(inner, Mapping)
            ]
        lists = [
            part["enum"] for node in nodes for part in _parts(schema, node, 0) if isinstance(part.get("enum"), list)
        ]
        if lists:
            found[path] = tuple(sorted("(empty)" if value == "" else str(value) for value in lists[0]))
    return found


def _parts(schema: Mapping[str, Any], node: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """A node with what its `$ref` and `allOf` say."""
    if depth > _DEEPEST:
        return
    yield node
    reference = node.get("$ref")
    inner = [resolve(schema, reference)] if isinstance(reference, str) else []
    for part in [*inner, *(node.get("allOf") or ())]:
        if isinstance(part, Mapping):
            yield from _parts(schema, part, depth + 1)
