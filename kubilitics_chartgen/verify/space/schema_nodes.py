"""What a JSON Schema says about a place: references and combinations resolved, bounded. Pure, fetches nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.helm.json_schema import expand, resolve

__all__ = ["SchemaNodes", "closed_texts", "compiled"]

_MAX = 200


class SchemaNodes:
    """All schemas that speak of one value."""

    def __init__(self, root: Any, nodes: Iterable[Any]) -> None:
        self.root = root
        self.nodes = expand(root, nodes, most=_MAX)

    def below(self, name: str) -> SchemaNodes:
        """What is said of the value under a key."""
        found: list[Any] = []
        for node in self.nodes:
            properties = node.get("properties")
            own = [properties[name]] if isinstance(properties, Mapping) and name in properties else []
            own += [said for pattern, said in _patterned(node) if (wanted := compiled(pattern)) and wanted.search(name)]
            found.extend(own)
            if not own and isinstance(node.get("additionalProperties"), Mapping):
                found.append(node["additionalProperties"])
        return SchemaNodes(self.root, found)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of further keys."""
        return tuple(dict.fromkeys(pattern for node in self.nodes for pattern, _said in _patterned(node)))

    @property
    def items(self) -> SchemaNodes:
        """What is said of the elements of a list."""
        found = [node["items"] for node in self.nodes if isinstance(node.get("items"), Mapping)]
        return SchemaNodes(self.root, found)

    @property
    def additional(self) -> SchemaNodes | None:
        """What is said of keys that are not named; None where there may be none."""
        found = [node["additionalProperties"] for node in self.nodes if "additionalProperties" in node]
        if any(each is False for each in found) or not found:
            return None
        return SchemaNodes(self.root, [each for each in found if isinstance(each, Mapping)])

    @property
    def properties(self) -> tuple[str, ...]:
        """The keys that are named and may be used, in order."""
        names: dict[str, None] = {}
        for node in self.nodes:
            for name, said in (node.get("properties") or {}).items():
                if said is not False and not (isinstance(said, Mapping) and said.get("not") == {}):
                    names[name] = None
        return tuple(names)

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that must be there."""
        return tuple(dict.fromkeys(name for node in self.nodes for name in node.get("required") or ()))

    @property
    def types(self) -> frozenset[str]:
        """The types that are allowed; empty where nothing is said."""
        said: list[frozenset[str]] = []
        for node in self.nodes:
            kind = node.get("type")
            if isinstance(kind, str):
                said.append(frozenset({kind}))
            elif isinstance(kind, list):
                said.append(frozenset(kind))
        if not said:
            return frozenset()
        common = frozenset.intersection(*said)
        return common or frozenset.union(*said)

    def first(self, keyword: str) -> Any:
        """The first that any of the schemas says by a keyword, None where none does."""
        return next((node[keyword] for node in self.nodes if keyword in node), None)

    def every(self, keyword: str) -> list[Any]:
        """All that the schemas say by a keyword."""
        return [node[keyword] for node in self.nodes if keyword in node]

    @property
    def choices(self) -> list[Any]:
        """The values of `enum` and `const`, in order."""
        found: dict[str, Any] = {}
        for node in self.nodes:
            for value in [*(node.get("enum") or ()), *([node["const"]] if "const" in node else [])]:
                found.setdefault(json.dumps(value, sort_keys=True, default=str), value)
        return list(found.values())


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern of a schema, as near to how it is meant as Python comes; None for one that Python cannot read."""
    try:
        return re.compile(pattern.replace("\\z", "\\Z"))
    except (re.error, RecursionError):
        return None


def _patterned(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    found = node.get("patternProperties")
    for pattern, said in found.items() if isinstance(found, Mapping) else ():
        if said is not False:
            yield str(pattern), said


def closed_texts(schema: Any) -> dict[tuple[str, ...], frozenset[str]]:
    """The paths at which the schema allows certain texts and nothing else, with these texts."""
    found: dict[tuple[str, ...], frozenset[str]] = {}
    _closed(schema, schema, (), found, 0)
    return found


def _closed(
    root: Any, node: Any, path: tuple[str, ...], found: dict[tuple[str, ...], frozenset[str]], depth: int
) -> None:
    if not isinstance(node, Mapping) or depth > 24 or len(found) > _MAX * 50:
        return
    values = node.get("enum")
    if path and isinstance(values, list) and values and all(isinstance(value, str) for value in values):
        found[path] = found.get(path, frozenset(values)) & frozenset(values)
    for name, below in (node.get("properties") or {}).items():
        _closed(root, below, (*path, name), found, depth + 1)
    for part in node.get("allOf") or ():
        _closed(root, part, path, found, depth + 1)
    if isinstance(node.get("$ref"), str):
        _closed(root, resolve(root, node["$ref"]), path, found, depth + 1)
