"""Values paths as the checks of values need them: leaves of defaults, and what a default or schema knows. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubilitics_chartgen.helm.json_schema import expand
from kubilitics_chartgen.verify.references import ANY, Path

__all__ = ["known_keys", "leaves", "shown"]

_MAX_SCHEMAS = 2000


def shown(path: Path) -> str:
    """The path as a reader writes it; a position that is not known is `[*]`."""
    text = ""
    for segment in path:
        if segment == ANY:
            text += "[*]"
        elif "." in segment or "/" in segment:
            text += f'["{segment}"]'
        else:
            text += f".{segment}" if text else segment
    return text


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all values with nothing below them; a list is one value."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif path:
        yield path


def known_keys(schema: Any, defaults: Any, path: Path) -> frozenset[str] | None:
    """The keys that may stand at `path`, None where any may: open by the schema, or nothing is said about it."""
    nodes = _schemas_at(schema, path)
    default, stated = _default_at(defaults, path)
    keys: set[str] = set(default) if isinstance(default, dict) else set()
    for node in nodes:
        keys.update(node.get("properties") or {})
        if isinstance(node.get("patternProperties"), dict) or node.get("additionalProperties", False) is not False:
            return None
    if not path:
        return frozenset(keys)
    described = any("properties" in node or node.get("additionalProperties") is False for node in nodes)
    if described or keys:
        return frozenset(keys)
    # No map in the defaults, and no property in the schema: a scalar is closed, anything else is open.
    return frozenset() if stated and not isinstance(default, (dict, list)) and default is not None else None


def _default_at(data: Any, path: Path) -> tuple[Any, bool]:
    for segment in path:
        if isinstance(data, dict) and segment in data:
            data = data[segment]
        else:
            return None, False
    return data, True


def _schemas_at(schema: Any, path: Path) -> list[Mapping[str, Any]]:
    """All schemas that speak of what stands at `path`."""
    nodes = expand(schema, [schema], most=_MAX_SCHEMAS, conditions=True)
    for segment in path:
        below: list[Any] = []
        for node in nodes:
            properties = node.get("properties")
            if isinstance(properties, dict) and segment in properties:
                below.append(properties[segment])
            elif isinstance(node.get("additionalProperties"), dict):
                below.append(node["additionalProperties"])
            if isinstance(node.get("patternProperties"), dict):
                below.extend(node["patternProperties"].values())
            items = node.get("items")
            below.extend(items if isinstance(items, list) else [items] if isinstance(items, dict) else [])
        nodes = expand(schema, below, most=_MAX_SCHEMAS, conditions=True)
    return nodes
