"""What a schema refers to outside of itself, which Helm would fetch. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["leads_out", "remote_references"]


def remote_references(schema: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Places and addresses of all references that lead out of the schema."""
    known: set[str] = set()
    references: list[tuple[tuple[str | int, ...], str]] = []
    queue: list[tuple[tuple[str | int, ...], Any]] = [((), schema)]
    while queue:
        where, node = queue.pop()
        if isinstance(node, list):
            queue.extend(((*where, number), item) for number, item in enumerate(node))
        elif isinstance(node, dict):
            queue.extend(((*where, key), item) for key, item in node.items() if key not in ("enum", "const", "default"))
            if isinstance(node.get("$id"), str):
                known.add(node["$id"].split("#")[0])
            address = node.get("$ref")
            if isinstance(address, str) and not address.startswith("#"):
                references.append((where, address))
    # Sorted, because the walk goes backwards.
    yield from sorted((entry for entry in references if entry[1].split("#")[0] not in known), key=str)


def leads_out(text: str) -> bool:
    """Whether the text of a schema refers to anything outside of it, or cannot be read."""
    try:
        return any(remote_references(json.loads(text)))
    except (ValueError, RecursionError):
        return True
