"""values.schema.json (draft-07) from the nodes of the values model. Pure.

Self-contained and strict: every property described, closed where the shape is ours, open where Helm or Kubernetes owns
it. draft-07 ignores what stands beside a `$ref`: a description does no harm there, and editors show it; a keyword that
must hold would need `allOf`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubilitics_chartgen.kube.fragments import fragments, reference
from kubilitics_chartgen.model.values import Node
from kubilitics_chartgen.model.values.types import Fragment
from kubilitics_chartgen.targets.chart.sharing import share

__all__ = ["schema_of"]


def schema_of(root: Node) -> dict[str, Any]:
    """The schema of all values under `root`."""
    schema = _section(root)
    return share(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Values of the Kubilitics chart",
            **schema,
            "definitions": {**_definitions(list(_fragments(root))), **dict(_shared(root))},
        }
    )


def _fragments(node: Node) -> Iterable[Fragment]:
    if node.fragment:
        yield node.fragment
    for child in node.children:
        yield from _fragments(child)


def _definitions(used: list[Fragment]) -> dict[str, Any]:
    """Kubernetes' own definitions and the narrowed ones, by short name, each once."""
    names = {name for item in used for name in (item.uses if item.schema else (item.definition,))}
    narrowed = {item.definition: item.schema for item in used if item.schema}
    return dict(sorted({**fragments(sorted(names)), **narrowed}.items()))


def _shared(node: Node) -> Iterable[tuple[str, dict[str, Any]]]:
    if node.shared:
        yield from node.shared.definitions.items()
    for child in node.children:
        yield from _shared(child)


def _section(node: Node) -> dict[str, Any]:
    return {
        "description": node.description,
        "type": "object",
        "properties": {child.key: _section(child) if child.children else _leaf(child) for child in node.children},
        "additionalProperties": node.is_open,
    }


def _reference(fragment: Fragment) -> dict[str, Any]:
    if fragment.schema:
        return {"$ref": f"#/definitions/{fragment.definition}"}
    return reference(fragment.definition, nullable=not fragment.is_list)


def _leaf(node: Node) -> dict[str, Any]:
    described: dict[str, Any] = {"description": node.description}
    if node.fragment:
        fragment = _reference(node.fragment)
        if node.fragment.is_list:
            return {**described, "type": "array", "items": fragment}
        return described | fragment
    if node.shared:
        shared = {"$ref": f"#/definitions/{node.shared.name}"}
        if node.shared.is_list:
            return described | {"type": "array", "items": shared} | (node.keywords or {})
        return described | ({"allOf": [shared], **node.keywords} if node.keywords else shared)
    if node.type:
        described["type"] = node.type
    return described | (node.keywords or {})
